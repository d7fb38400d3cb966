import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { isStreamPath } from './pipes/pipe-stream.js'
import { readTarget } from './target.js'

/** True for what asks for WebSocket on the path of a stream. */
export const wantsStream = ({ url = '', headers }: IncomingMessage): boolean =>
  headers.upgrade?.toLowerCase() === 'websocket' && isStreamPath(readTarget(url).path)

/**
 * Serves a request as if it had not asked for another protocol, which a server may (RFC 9110 section 7.8; some clients offer HTTP/2
 * on every connection). Node has taken its parser off the connection by now, so the head is written anew, without the offer, in front of
 * what followed it, and the connection begins again.
 */
export const ignoreUpgrade = (
  server: Server,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void => {
  const lines = [`${request.method ?? 'GET'} ${request.url ?? '/'} HTTP/1.1`]
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const [name = '', value = ''] = request.rawHeaders.slice(index, index + 2)
    const kept = withoutOffer(name.toLowerCase(), value)
    if (kept !== undefined) lines.push(`${name}: ${kept}`)
  }
  socket.pause()
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]))
  server.emit('connection', socket)
  socket.resume()
}

/** The value that is left of a header; undefined when nothing is. */
const withoutOffer = (name: string, value: string): string | undefined => {
  if (name === 'upgrade' || name === 'http2-settings') return undefined
  if (name !== 'connection') return value
  const kept = value.split(',').filter((option) => !/^\s*(upgrade|http2-settings)\s*$/i.test(option))
  return kept.length > 0 ? kept.join(',') : undefined
}
