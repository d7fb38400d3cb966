import { describe, expect, test } from '@jest/globals'
import { createLogger } from './logger.js'

interface Line {
  readonly [field: string]: unknown
}

const logLines = (write: (logger: ReturnType<typeof createLogger>) => void, level?: string): Line[] => {
  const lines: Line[] = []
  write(createLogger('votes', level, { write: (line) => void lines.push(JSON.parse(line) as Line) }))
  return lines
}

describe('createLogger', () => {
  test('writes a JSON object with the level as a word, an ISO time and the service', () => {
    const [line] = logLines((logger) => logger.info({ partition: 3 }, 'folded'))

    expect(line).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      service: 'votes',
      partition: 3,
      msg: 'folded',
    })
  })

  test('keeps what is quieter than its level to itself', () => {
    const lines = logLines((logger) => {
      logger.info('quiet')
      logger.warn('loud')
    }, 'warn')

    expect(lines.map(({ msg }) => msg)).toEqual(['loud'])
  })

  test.each([
    [{ password: 'hunter2' }],
    [{ postgres: { password: 'hunter2' } }],
    [{ headers: { authorization: 'Bearer hunter2' } }],
    [{ request: { headers: { cookie: 'hunter2' } } }],
    [{ env: { DATABASE_URL: 'postgres://u:hunter2@h/d', BUS_DATABASE_URL: 'hunter2' } }],
    [{ DATABASE_URL: 'postgres://u:hunter2@h/d' }],
  ])('redacts the secret in %j', (fields) => {
    const [line] = logLines((logger) => logger.info(fields, 'started'))

    expect(JSON.stringify(line)).toContain('[redacted]')
    expect(JSON.stringify(line)).not.toContain('hunter2')
  })

  test('logs an error with its code and causes, but nothing that a driver adds of its data', () => {
    const driverError = Object.assign(new Error('duplicate key'), {
      code: '23505',
      constraint: 'votes_pkey',
      detail: 'Key (ballot_key)=(a-voter) already exists.',
    })
    const error = Object.assign(new Error('fold failed', { cause: driverError }), { reason: 'FOLD' })

    const [line] = logLines((logger) => logger.error({ err: error }, 'failed'))

    expect(line?.err).toMatchObject({
      type: 'Error',
      message: 'fold failed',
      reason: 'FOLD',
      stack: expect.stringContaining('logger.test'),
      cause: { message: 'duplicate key', code: '23505', constraint: 'votes_pkey' },
    })
    expect(JSON.stringify(line)).not.toContain('a-voter')
  })

  test('logs every error of several', () => {
    const error = new AggregateError([new Error('bus did not stop'), new Error('pg did not stop')], 'two')

    const [line] = logLines((logger) => logger.error({ err: error }, 'failed'))

    expect(line?.err).toMatchObject({
      errors: [{ message: 'bus did not stop' }, { message: 'pg did not stop' }],
    })
  })

  test('survives an error that is its own cause', () => {
    const error = new Error('turtles')
    error.cause = error

    const [line] = logLines((logger) => logger.error({ err: error }, 'failed'))

    expect(line?.msg).toBe('failed')
  })

  test('tells no more than the type of a thing that was thrown and is no error', () => {
    const [line] = logLines((logger) => logger.error({ err: { voter: 'a-voter' } }, 'failed'))

    expect(line?.err).toEqual({ type: 'object' })
  })
})
