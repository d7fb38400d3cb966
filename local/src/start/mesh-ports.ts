import { freePorts, whyNotFree } from '../processes/free-ports.js'
import { ExpectedFailure } from '../expected-failure.js'

const INNER_PORTS = [
  'postgres',
  'polls',
  'pollsOps',
  'votes',
  'votesOps',
  'realtime',
  'realtimeOps',
  'gatewayOps',
] as const

/** Chosen once for a run: whatever is restarted comes back where its callers look for it. */
export type MeshPorts = Readonly<Record<(typeof INNER_PORTS)[number] | 'gateway', number>>

/** Chooses the ports of a run; `publicPort` 0 takes a free one. */
export async function chooseMeshPorts(publicPort: number): Promise<MeshPorts> {
  const names = publicPort === 0 ? [...INNER_PORTS, 'gateway'] : INNER_PORTS
  const ports = await freePorts(names.length)
  const chosen = Object.fromEntries(names.map((name, index) => [name, ports[index]]))
  return { gateway: publicPort, ...chosen } as MeshPorts
}

/** Throws, with a line that says what to do, when the public port cannot be bound. */
export async function checkPublicPort(host: string, port: number): Promise<void> {
  if (port === 0) return
  const code = await whyNotFree(host, port)
  if (code === undefined) return
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} is in use: stop what listens there, or choose another one, for example PORT=${port + 1} npm start`,
    EACCES: `Port ${port} may not be bound by this user: choose one above 1023, for example PORT=8080 npm start`,
  }
  throw new ExpectedFailure(reasons[code] ?? `Cannot listen on ${host} port ${port}: ${code}`)
}
