import type { LogLine } from '../guard/run-guard.js'

/** The sign in front of a message tells its level: `.` debug, `-` verbose, `*` notice, `#` warning. */
const LINE = /^\d+:[A-Z] .{20,24} ([.*#-]) (.*)$/

/** Advice for servers in production at every start, and a farewell at every stop. */
const ROUTINE = /overcommit_memory|no config file specified|bye bye/

/** Reads one line of the log of Valkey or Redis: `pid:role day time sign message`. */
export function redisLine(line: string): LogLine {
  const [, sign, message = line] = LINE.exec(line) ?? []
  return { level: sign === '#' && !ROUTINE.test(message) ? 'warn' : 'debug', message }
}
