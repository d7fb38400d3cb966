import type { LogLine } from '../guard/run-guard.js'

/** Version 2 says `level=warn`, version 3 `level=WARN`. */
const LEVEL = /\blevel=(\w+)/i
const MESSAGE = /\bmsg=(?:"((?:[^"\\]|\\.)*)"|(\S+))/
const ERROR = /\berr=(?:"((?:[^"\\]|\\.)*)"|(\S+))/

/** A farewell at every stop. */
const ROUTINE = /Received (an OS signal|SIGTERM)/
const LEVELS: Readonly<Record<string, LogLine['level']>> = { warn: 'warn', error: 'error' }

/** Reads one line of Prometheus's log, which is logfmt. */
export function prometheusLine(line: string): LogLine {
  const [, quoted, bare] = MESSAGE.exec(line) ?? []
  const [, quotedError, bareError] = ERROR.exec(line) ?? []
  const message = quoted ?? bare ?? line
  const error = quotedError ?? bareError
  const level = ROUTINE.test(message) ? 'debug' : LEVELS[LEVEL.exec(line)?.[1]?.toLowerCase() ?? '']
  return { level: level ?? 'debug', message: error === undefined ? message : `${message}: ${error}` }
}
