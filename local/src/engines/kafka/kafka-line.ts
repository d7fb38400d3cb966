import type { LogLine } from '../guard/run-guard.js'

/** Routine comes as `info` from an unpacked distribution; from the provisioned one only warnings come at all. */
const LEVELS: Readonly<Record<string, LogLine['level']>> = { WARN: 'warn', ERROR: 'error', FATAL: 'fatal' }

/** Warnings of every start and every stop. */
const ROUTINE =
  /Performing controller activation|log\.cleaner\.enable|NetworkClient that has already been closed/

/** Reads one line of Kafka's log: `[thread] LEVEL logger - message`, of log4j after the time. */
export function kafkaLine(line: string): LogLine {
  const [, severity = '', message = line] = /^(?:[\d:.,-]+ )*\[.*?\] ([A-Z]+)\s+\S+ - (.*)$/.exec(line) ?? []
  return { level: ROUTINE.test(message) ? 'debug' : (LEVELS[severity] ?? 'debug'), message }
}
