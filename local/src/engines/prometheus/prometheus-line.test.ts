import { expect, test } from '@jest/globals'
import { prometheusLine } from './prometheus-line.js'

test.each([
  [
    'ts=2026-11-23T20:20:41.777Z caller=main.go:551 level=info msg="Starting Prometheus Server" mode=server',
    { level: 'debug', message: 'Starting Prometheus Server' },
  ],
  [
    'ts=2026-11-23T20:20:41.777Z caller=rules.go:1 level=warn component="rule manager" msg="Evaluating rule failed" err="many-to-many \\"x\\""',
    { level: 'warn', message: 'Evaluating rule failed: many-to-many \\"x\\"' },
  ],
  [
    'time=2026-11-23T20:20:41.777Z level=ERROR source=main.go:1 msg=failed err=EOF',
    { level: 'error', message: 'failed: EOF' },
  ],
  [
    'ts=2026-11-23T20:20:44.715Z caller=main.go:823 level=warn msg="Received SIGTERM, exiting gracefully..."',
    { level: 'debug', message: 'Received SIGTERM, exiting gracefully...' },
  ],
  ['panic: no logfmt', { level: 'debug', message: 'panic: no logfmt' }],
])('%s', (line, read) => {
  expect(prometheusLine(line)).toEqual(read)
})
