import { connect } from 'node:net'

/** An answer as it came over the wire. */
export interface WireAnswer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: string
}

const SILENCE_MS = 250

/**
 * Sends bytes as they are, part by part, and reads until the gateway closes or says nothing more for a while. `closed` tells which.
 */
export const sendRaw = (
  port: number,
  parts: string | Buffer | readonly (string | Buffer)[],
  { silenceMs = SILENCE_MS }: { silenceMs?: number } = {},
): Promise<{ text: string; closed: boolean; answers: readonly WireAnswer[] }> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    let silence: NodeJS.Timeout
    const done = (closed: boolean): void => {
      clearTimeout(silence)
      socket.destroy()
      resolve({ text, closed, answers: parse(text) })
    }
    const wait = (): void => {
      clearTimeout(silence)
      silence = setTimeout(() => done(false), silenceMs)
    }
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      wait()
    })
    socket.on('end', () => done(true))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // The answer may be here already, though the rest of what was sent found nobody.
      if (text !== '' || error.code === 'ECONNRESET' || error.code === 'EPIPE') done(true)
      else reject(error)
    })
    const list = typeof parts === 'string' || Buffer.isBuffer(parts) ? [parts] : parts
    const send = async (): Promise<void> => {
      for (const part of list) {
        socket.write(part)
        await new Promise((next) => setTimeout(next, 30)) // each part in a packet of its own
      }
      wait()
    }
    socket.once('connect', () => void send())
  })

/** Splits what came over one connection into answers; bodies have a length or are chunked. */
const parse = (text: string): WireAnswer[] => {
  const answers: WireAnswer[] = []
  let rest = text
  while (rest.startsWith('HTTP/1.1 ')) {
    const end = rest.indexOf('\r\n\r\n')
    if (end === -1) break
    const [first = '', ...lines] = rest.slice(0, end).split('\r\n')
    const headers = Object.fromEntries(
      lines.map((line) => {
        const colon = line.indexOf(':')
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
      }),
    )
    const status = Number(first.split(' ')[1])
    const length = status === 100 || status === 101 ? 0 : Number(headers['content-length'] ?? 0)
    const body = rest.slice(end + 4, end + 4 + length)
    rest = rest.slice(end + 4 + length)
    if (status !== 100) answers.push({ status, headers, body })
  }
  return answers
}

/** A vote with a body of this length in bytes. */
export const aVoteOf = (bytes: number): string => {
  const body = `{"choice":0${' '.repeat(bytes - 12)}}`
  return `POST /polls/1/vote HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}
