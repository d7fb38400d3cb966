import { connect, createServer } from 'node:net'

/**
 * Below the ports that systems give to outgoing connections (Linux from 32768, others from 49152). A service that is
 * restarted must find its port free: a client that keeps trying to reach it could otherwise be given that very port as
 * its own end of the connection, and would even connect to itself.
 */
const FIRST_PORT = 20_000
const LAST_PORT = 31_999
/** A start looks from a place of its own, so that two that begin at the same time hardly meet: two of each service need 19. */
const PORTS_A_PROCESS = 32
const PROBE_TIMEOUT_MS = 500

/** A port is bound a while after it was chosen: until then the same one must not be chosen for something else. */
const chosen = new Set<number>()

/** Finds `count` ports that nobody listens on and that this process has not been given before. */
export async function freePorts(count: number): Promise<number[]> {
  const range = LAST_PORT - FIRST_PORT + 1
  const found: number[] = []
  for (let step = 0; step < range && found.length < count; step += 1) {
    const port = FIRST_PORT + ((process.pid * PORTS_A_PROCESS + step) % range)
    if (chosen.has(port)) continue
    chosen.add(port) // before the look: somebody else may look beside us
    if (await isFree('127.0.0.1', port)) found.push(port)
    else chosen.delete(port)
  }
  if (found.length < count)
    throw new Error(`fewer than ${count} free ports from ${FIRST_PORT} to ${LAST_PORT}`)
  return found
}

const isFree = async (host: string, port: number): Promise<boolean> =>
  (await whyNotFree(host, port)) === undefined

/** Resolves to the system's error code when `port` cannot be bound at `host`; undefined when it can. */
export async function whyNotFree(host: string, port: number): Promise<string | undefined> {
  const code = await bindError(host, port)
  // Some systems let one bind 127.0.0.1 beside somebody who has bound all addresses: then connecting tells.
  return code ?? ((await answers({ host: '127.0.0.1', port })) ? 'EADDRINUSE' : undefined)
}

function bindError(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}

/** Tells whether somebody takes connections there. */
export function answers(
  { host, port }: { readonly host: string; readonly port: number },
  timeoutMs = PROBE_TIMEOUT_MS,
): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs })
    const settle = (result: boolean) => {
      socket.destroy()
      resolve(result)
    }
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
    socket.once('timeout', () => settle(false))
  })
}
