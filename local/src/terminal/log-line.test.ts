import { describe, expect, test } from '@jest/globals'
import { fatalMessage, renderLogLine } from './log-line.js'

const now = new Date(2026, 10, 23, 12, 0, 1)
const render = (text: string, colours = false): string => renderLogLine({ name: 'votes', text, colours, now })
const line = (fields: object): string =>
  JSON.stringify({ time: now.toISOString(), service: 'votes', ...fields })

describe('a line of a log', () => {
  test('is shown as time, service, message and fields', () => {
    const text = line({ level: 'info', msg: 'serving', grpcPort: 50051 })

    expect(render(text)).toBe('12:00:01 votes      serving grpcPort=50051')
  })

  test('shows its level only when something is amiss', () => {
    expect(render(line({ level: 'debug', msg: 'hm' }))).toBe('12:00:01 votes      hm')
    expect(render(line({ level: 'warn', msg: 'slow' }))).toBe('12:00:01 votes      WARN slow')
  })

  test('quotes values with spaces', () => {
    expect(render(line({ level: 'info', msg: 'stopping', why: 'no reason' }))).toContain('why="no reason"')
  })

  test('shows an error with its causes, and its stack when something is broken', () => {
    const err = { message: 'no', stack: 'Error: no\n    at one\n    at two', cause: { message: 'because' } }

    expect(render(line({ level: 'warn', msg: 'failed', err }))).toBe(
      '12:00:01 votes      WARN failed err="no: because"',
    )
    expect(render(line({ level: 'error', msg: 'failed', err }))).toContain('\n      at one')
  })

  test('that is no JSON is shown as it is', () => {
    expect(render('bad settings:')).toBe('12:00:01 votes      bad settings:')
    expect(render('{"level":')).toBe('12:00:01 votes      {"level":')
  })

  test('cannot steer the terminal', () => {
    const shown = render(line({ level: 'info', msg: 'a\u001b[2Jb', who: 'c\u009b2Jd' }))

    expect(shown).toContain('a\\x1b[2Jb')
    expect(shown).toContain('\\x9b')
  })

  test('is coloured when colours are wanted', () => {
    const votes = render(line({ level: 'info', msg: 'serving' }), true)

    expect(votes).toContain('\u001b[32mvotes     \u001b[0m')
  })

  test('of a replica has the colour of its service', () => {
    const text = line({ level: 'info', msg: 'serving' })

    expect(renderLogLine({ name: 'votes-2', text, colours: true, now })).toContain('\u001b[32mvotes-2 ')
  })
})

test('what a service said when it could not go on is told apart from all else', () => {
  const err = { message: 'no', cause: { message: 'because' } }

  expect(fatalMessage(line({ level: 'fatal', msg: 'lost', err }))).toBe('lost: no: because')
  expect(fatalMessage(line({ level: 'error', msg: 'late', err }))).toBeUndefined()
  expect(fatalMessage('fatal')).toBeUndefined()
})
