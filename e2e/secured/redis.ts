import type { Authority } from '@votestream/testing'
import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { createServer } from 'node:tls'
import { installedRedis } from '../../local/src/engines/find-redis.js'
import { freePorts } from '../../local/src/processes/free-ports.js'
import { startProgram, untilSaid } from './program.js'

export interface SecuredRedis extends AsyncDisposable {
  readonly port: number
  readonly user: string
  readonly password: string
}

const USER = 'votestream'
const PASSWORD = 'redis: 100%25 secret/@?'

/** What the mesh needs of Redis, and not more (docs/operations.md). */
const RIGHTS = [
  '~m1:*',
  '&m1:*',
  '+@connection',
  '+@read',
  '+@write',
  '+@pubsub',
  '+@scripting',
  '+time',
  '+info',
]

/**
 * Starts a Redis behind TLS in which only one user may do anything. The server that comes with the wheel is built without TLS, so what ends it
 * is this process; the certificate is for the name `localhost` only.
 */
export const securedRedis = async (authority: Authority): Promise<SecuredRedis> => {
  const { program } = await installedRedis({ env: process.env })
  const [plainPort = 0] = await freePorts(1)
  const acl = ['--user', 'default', 'off', '--user', USER, 'on', `>${PASSWORD}`, ...RIGHTS]
  const server = startProgram({
    command: program,
    args: ['--port', String(plainPort), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...acl],
  })
  await untilSaid(server, 'Ready to accept connections')
  const { cert, key } = authority.issue('localhost')
  const open = new Set<Socket>()
  const tls = createServer({ cert, key }, (socket) => {
    const onwards = connect(plainPort, '127.0.0.1')
    for (const each of [socket, onwards]) {
      open.add(each)
      each.on('error', () => undefined)
      each.once('close', () => open.delete(each))
    }
    socket.pipe(onwards).pipe(socket)
    socket.once('close', () => onwards.destroy())
    onwards.once('close', () => socket.destroy())
  })
  tls.listen(0, '127.0.0.1')
  await once(tls, 'listening')
  return {
    port: (tls.address() as AddressInfo).port,
    user: USER,
    password: PASSWORD,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => tls.close(resolve))
      await server.end()
    },
  }
}
