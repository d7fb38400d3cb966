import { renderLogLine } from './log-line.js'

/** Where the launcher writes for people. */
export interface Terminal {
  /** A line of the launcher itself. */
  note(text: string): void
  /** A line of a service's output. */
  line(name: string, text: string): void
  /** Text without a prefix, for example commands to copy. With --json it is a log line like any other. */
  block(text: string): void
  /** A failure, on stderr. */
  complain(text: string): void
  /** Resolves when everything written has left, so that an exit cuts nothing off. */
  flushed(): Promise<void>
}

export interface TerminalOptions {
  readonly out: NodeJS.WriteStream
  readonly err: NodeJS.WriteStream
  /** Raw JSON lines instead of rendered ones. */
  readonly json: boolean
  readonly colours: boolean
}

/** Nobody reads: what waits for the reader must not fill the memory. */
const MOST_BUFFERED_BYTES = 8 * 1024 * 1024
const FLUSH_LIMIT_MS = 1000

/** Writes logs and notes. A reader that goes away or stops reading does not stop the mesh. */
export function makeTerminal({ out, err, json, colours }: TerminalOptions): Terminal {
  for (const stream of [out, err]) stream.on('error', () => undefined)
  const write = (text: string): void => {
    if (out.writableLength < MOST_BUFFERED_BYTES) out.write(`${text}\n`)
  }
  const asJson = (name: string, text: string): string =>
    JSON.stringify({ level: 'info', time: new Date().toISOString(), service: name, msg: text })
  const line = (name: string, text: string): void => {
    if (!json) write(renderLogLine({ name, text, colours, now: new Date() }))
    else write(text.startsWith('{') ? text : asJson(name, text))
  }
  return {
    note: (text) => line('launcher', text),
    line,
    block: (text) => (json ? line('launcher', text) : write(text)),
    complain: (text) => void err.write(`${text}\n`),
    flushed: () =>
      new Promise((resolve) => {
        setTimeout(resolve, FLUSH_LIMIT_MS).unref()
        out.write('', () => err.write('', () => resolve()))
      }),
  }
}

/** Colours are for a terminal whose user did not refuse them (no-color.org). */
export const wantsColours = (out: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean =>
  out.isTTY && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb'
