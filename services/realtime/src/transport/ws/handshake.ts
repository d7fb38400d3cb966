import type { IncomingMessage } from 'node:http'
import { badHandshake, Problem } from '../http/problem.js'

const KEY = /^[+/0-9A-Za-z]{22}==$/
const VERSION = '13'

const upgradeRequired = (detail: string): Problem =>
  new Problem(426, 'UPGRADE_REQUIRED', detail, {
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Version': VERSION,
  })

/** What is told to who asks for a stream without a handshake. */
export const upgradeMissing = (): Problem =>
  upgradeRequired('This is a WebSocket: ask with Upgrade: websocket, or take /events.')

/** Throws what is wrong with a handshake (RFC 6455, section 4.2.1). */
export const checkHandshake = ({ method, headers }: IncomingMessage): void => {
  if (method !== 'GET') throw badHandshake('A handshake is a GET.')
  if (headers.upgrade?.toLowerCase() !== 'websocket') throw upgradeMissing()
  if (headers['sec-websocket-version'] !== VERSION)
    throw upgradeRequired(`Only version ${VERSION} of the protocol is spoken here.`)
  if (!KEY.test(headers['sec-websocket-key'] ?? ''))
    throw badHandshake('Sec-WebSocket-Key must be 16 bytes in base64.')
}
