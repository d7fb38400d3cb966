import type { IncomingMessage } from 'node:http'

/** A body that nobody wants is read up to here, because the connection can go on after its end. */
const MAX_DISCARDED_BYTES = 1024 * 1024
/** A client that has announced a body and does not send it must not hold the answer back, nor its connection. */
const DISCARD_WITHIN_MS = 100
/** How long a connection is kept open for a client that has to be cut off, so that it reads the answer before it feels the reset. */
const LINGER_MS = 1_000

export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'

/**
 * Reads what is left of a request's body, so that the answer can be followed by another request. False when there is too much of it, or
 * when it does not come: the connection must close after the answer.
 */
export const discardBody = async (request: IncomingMessage, awaitsContinue: boolean): Promise<boolean> => {
  if (request.complete || !hasBody(request)) return true
  if (request.destroyed) return false
  const announced = Number(request.headers['content-length'] ?? 0)
  if (!awaitsContinue && announced <= MAX_DISCARDED_BYTES && (await readToEnd(request))) return true
  lingerAfterAnswer(request)
  return false
}

const readToEnd = (request: IncomingMessage): Promise<boolean> =>
  new Promise((resolve) => {
    let bytes = 0
    const count = (chunk: Buffer): void => {
      bytes += chunk.length
      if (bytes > MAX_DISCARDED_BYTES) finish(false)
    }
    const finish = (whole: boolean): void => {
      clearTimeout(timer)
      request.off('data', count)
      resolve(whole)
    }
    const timer = setTimeout(() => finish(false), DISCARD_WITHIN_MS)
    request.on('data', count)
    request.once('end', () => finish(true))
    request.once('close', () => finish(request.complete))
    request.resume()
  })

/** Node would destroy the socket right after the answer, and the reset could overtake it. */
const lingerAfterAnswer = (request: IncomingMessage): void => {
  const { socket } = request
  socket.destroySoon = () => {
    socket.end()
    request.resume()
    const timer = setTimeout(() => socket.destroy(), LINGER_MS)
    socket.once('close', () => clearTimeout(timer))
  }
}
