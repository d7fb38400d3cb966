import { describe, expect, test } from '@jest/globals'
import { notFound } from '@votestream/errors'
import { isConnectionFailure, sqlState, translateDatabaseError } from './errors.js'

const serverError = (code: string, severity = 'ERROR') =>
  Object.assign(new Error('refused'), { code, severity })
const nodeError = (code: string) => Object.assign(new Error(`connect ${code}`), { code })

describe('sqlState', () => {
  test("is the server's own code, also behind other errors", () => {
    expect(sqlState(serverError('23505'))).toBe('23505')
    expect(
      sqlState(new Error('fold failed', { cause: new Error('x', { cause: serverError('40P01') }) })),
    ).toBe('40P01')
  })

  test.each([[nodeError('EPIPE')], [new Error('nothing')], [undefined], ['23505'], [{ code: '23505' }]])(
    'is undefined for %p',
    (error) => {
      expect(sqlState(error)).toBeUndefined()
    },
  )
})

describe('a database error', () => {
  test.each([
    [nodeError('ECONNREFUSED')],
    [nodeError('ECONNRESET')],
    [nodeError('EPIPE')],
    [nodeError('ETIMEDOUT')],
    [new Error('Connection terminated')],
    [new Error('Connection terminated unexpectedly')],
    [new Error('Query read timeout')],
    [new Error('Client has encountered a connection error and is not queryable')],
    [serverError('08006')],
    [serverError('57P01', 'FATAL')],
    [serverError('57P03', 'FATAL')],
    [serverError('25P03', 'FATAL')],
    [serverError('58030', 'PANIC')],
    [serverError('XX000', 'FATAL')],
  ])('of a session that is gone is unavailable and keeps its cause: %p', (error) => {
    expect(isConnectionFailure(error)).toBe(true)
    expect(translateDatabaseError(error)).toMatchObject({
      code: 'unavailable',
      reason: 'DATABASE_UNAVAILABLE',
      retryAfterMs: 1_000,
      cause: error,
    })
  })

  test.each(['53100', '53200', '53300', '57014', '55P03'])(
    '%s says that the database is too busy',
    (state) => {
      const error = serverError(state)

      expect(isConnectionFailure(error)).toBe(false)
      expect(translateDatabaseError(error)).toMatchObject({
        code: 'unavailable',
        reason: 'DATABASE_BUSY',
        cause: error,
      })
    },
  )

  test.each([
    [serverError('23505')],
    [serverError('22P02')],
    [serverError('40P01')],
    [serverError('42P01')],
    [new TypeError('not a query')],
    [new RangeError('int8 value is beyond a safe integer')],
    ['thrown text'],
    [undefined],
  ])("is the adapter's to judge otherwise: %p", (error) => {
    expect(isConnectionFailure(error)).toBe(false)
    expect(translateDatabaseError(error)).toBe(error)
  })

  test('that was translated already stays as it is', () => {
    const error = notFound('POLL_NOT_FOUND', 'no such poll')

    expect(translateDatabaseError(error)).toBe(error)
  })
})
