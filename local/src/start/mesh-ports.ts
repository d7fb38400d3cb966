import { ExpectedFailure } from '../expected-failure.js'
import { freePorts, whyNotFree } from '../processes/free-ports.js'
import { replicaNames, SERVICES, type Replicas } from './replicas.js'
import type { EngineSettings } from './settings.js'

/** By process, and `<process>Ops`; chosen once for a run: whatever is restarted comes back where its callers look for it. */
export type MeshPorts = Readonly<Record<string, number>>

export interface MeshPortsOptions {
  /** 0 takes a free one. */
  readonly publicPort: number
  readonly replicas: Replicas
  readonly engines: EngineSettings | undefined
  readonly monitoring?: boolean
}

/** Chooses the ports of a run; the public one is the first gateway's. */
export async function chooseMeshPorts(options: MeshPortsOptions): Promise<MeshPorts> {
  const { publicPort, replicas, engines, monitoring = false } = options
  const services = SERVICES.flatMap((service) => replicaNames(service, replicas))
  const names = [
    'postgres',
    ...(engines !== undefined && engines.kafkaBrokers === undefined ? ['kafka', 'kafkaController'] : []),
    ...(engines !== undefined && engines.redisUrl === undefined ? ['redis'] : []),
    ...(monitoring ? ['prometheus'] : []),
    ...services.flatMap((name) => [name, `${name}Ops`]),
  ]
  const free = await freePorts(names.length)
  const chosen = Object.fromEntries(names.map((name, index) => [name, free[index] ?? 0]))
  return publicPort === 0 ? chosen : { ...chosen, gateway: publicPort }
}

/** The port of a process of this run. */
export function portOf(ports: MeshPorts, name: string): number {
  const port = ports[name]
  if (port === undefined) throw new Error(`no port was chosen for ${name}`)
  return port
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
