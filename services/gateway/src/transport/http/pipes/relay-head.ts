import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { closeAfterAnswer } from '../raw-answer.js'
import { securityHeaders } from '../security-headers.js'

type Headers = Readonly<Record<string, string>>

/** They belong to one connection, and ours to the client is another one (RFC 9110 section 7.6.1); or to a body that is not passed on. */
const HOP_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'expect',
  'proxy-authenticate',
  'proxy-authorization',
])

/** The headers that belong to the message, by their names in lower case. */
export const endToEndHeaders = (headers: IncomingHttpHeaders): Headers => {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers))
    if (typeof value === 'string' && !HOP_HEADERS.has(name)) kept[name] = value
  return kept
}

/** Ours, and theirs where we have none of that name. */
export const withOurs = (theirs: Headers, ours: Headers): Headers => {
  const names = new Set(Object.keys(ours).map((name) => name.toLowerCase()))
  return { ...Object.fromEntries(Object.entries(theirs).filter(([name]) => !names.has(name))), ...ours }
}

const writeHead = (
  socket: Duplex,
  { statusCode, statusMessage }: IncomingMessage,
  headers: Headers,
): void => {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  socket.write(
    [`HTTP/1.1 ${statusCode ?? ''} ${statusMessage ?? ''}`, ...lines, '', ''].join('\r\n'),
    'latin1',
  )
}

/** Tells the client that the protocol is switched: here the hop's headers are the message. */
export const relaySwitch = (answer: IncomingMessage, socket: Duplex, requestId: string): void => {
  const { connection = 'Upgrade', upgrade = 'websocket' } = answer.headers
  const ours = { Connection: connection, Upgrade: upgrade, 'X-Request-Id': requestId }
  writeHead(socket, answer, withOurs(endToEndHeaders(answer.headers), ours))
}

/** Passes on why realtime refused the handshake, with `more` headers, and closes. */
export const relayRefusal = (answer: IncomingMessage, socket: Duplex, more: Headers): void => {
  const ours = { ...securityHeaders, ...more, Connection: 'close' }
  writeHead(socket, answer, withOurs(endToEndHeaders(answer.headers), ours))
  answer.once('error', () => socket.destroy())
  answer.once('end', () => closeAfterAnswer(socket))
  answer.pipe(socket)
}
