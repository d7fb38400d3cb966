export interface ServerLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'fatal'
  readonly message: string
}

const LEVELS: Readonly<Record<string, ServerLine['level']>> = {
  LOG: 'debug',
  WARNING: 'warn',
  ERROR: 'error',
  FATAL: 'error',
  PANIC: 'fatal',
}

/** Routine, except what tells that something died or was recovered. */
const NOTEWORTHY = /not properly shut down|was interrupted|was terminated|reinitializing/

/** Reads one line of PostgreSQL's log as one of ours. */
export function serverLine(line: string): ServerLine {
  const [, severity = '', message = ''] = /^([A-Z]+):\s+(.*)$/.exec(line) ?? []
  const level = LEVELS[severity]
  if (level === undefined) return { level: 'debug', message: line }
  return { level: level === 'debug' && NOTEWORTHY.test(message) ? 'warn' : level, message }
}
