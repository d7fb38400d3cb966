import { describe, expect, test } from '@jest/globals'
import { pino } from 'pino'
import { lifecycle, type Component } from './lifecycle.js'

const logger = pino({ level: 'silent' })

const part = (name: string, calls: string[], fail: { start?: Error; stop?: Error } = {}): Component => ({
  start: async () => {
    calls.push(`start ${name}`)
    await Promise.resolve()
    if (fail.start) throw fail.start
  },
  stop: async () => {
    calls.push(`stop ${name}`)
    await Promise.resolve()
    if (fail.stop) throw fail.stop
  },
})

describe('lifecycle', () => {
  test('starts in order and stops in reverse', async () => {
    const calls: string[] = []
    const service = lifecycle(logger, {
      ops: part('ops', calls),
      pg: part('pg', calls),
      server: part('server', calls),
    })

    await service.start()
    await service.stop()

    expect(calls).toEqual(['start ops', 'start pg', 'start server', 'stop server', 'stop pg', 'stop ops'])
  })

  test('takes components that have nothing to start or to stop', async () => {
    const calls: string[] = []
    const service = lifecycle(logger, {
      onlyStops: { stop: () => Promise.resolve(void calls.push('stopped')) },
      onlyStarts: { start: () => Promise.resolve(void calls.push('started')) },
    })

    await service.start()
    await service.stop()

    expect(calls).toEqual(['started', 'stopped'])
  })

  test('stops what had started when a start fails, and throws that failure itself', async () => {
    const calls: string[] = []
    const failure = new Error('port in use')
    const service = lifecycle(logger, {
      ops: part('ops', calls),
      pg: part('pg', calls),
      server: part('server', calls, { start: failure }),
      never: part('never', calls),
    })

    await expect(service.start()).rejects.toBe(failure)

    expect(calls).toEqual(['start ops', 'start pg', 'start server', 'stop pg', 'stop ops'])
  })

  test('throws the failed start together with the stops that failed after it', async () => {
    const startFailure = new Error('port in use')
    const service = lifecycle(logger, {
      pg: part('pg', [], { stop: new Error('stuck') }),
      server: part('server', [], { start: startFailure }),
    })

    const error = await service.start().catch((thrown: unknown) => thrown)

    expect(error).toBeInstanceOf(AggregateError)
    expect((error as AggregateError).errors[0]).toBe(startFailure)
    expect((error as AggregateError).errors[1]).toMatchObject({
      message: 'pg did not stop',
      cause: { message: 'stuck' },
    })
  })

  test('attempts every stop and throws all their failures', async () => {
    const calls: string[] = []
    const service = lifecycle(logger, {
      ops: part('ops', calls),
      pg: part('pg', calls, { stop: new Error('stuck') }),
      server: part('server', calls, { stop: new Error('busy') }),
    })
    await service.start()
    calls.length = 0

    await expect(service.stop()).rejects.toThrow('server did not stop; pg did not stop')

    expect(calls).toEqual(['stop server', 'stop pg', 'stop ops'])
  })

  test('stops once, however often it is asked', async () => {
    const calls: string[] = []
    const slow = async (): Promise<void> => {
      calls.push('stop pg')
      await new Promise(setImmediate)
      calls.push('pg is closed')
    }
    const service = lifecycle(logger, { pg: { stop: slow } })
    await service.start()

    const first = service.stop()
    const second = service.stop()

    await second
    expect(calls).toEqual(['stop pg', 'pg is closed'])
    await first
    expect(calls).toHaveLength(2)
  })

  test('stops before it has started without starting anything later', async () => {
    const calls: string[] = []
    const service = lifecycle(logger, { pg: part('pg', calls) })

    await service.stop()
    await expect(service.start()).rejects.toThrow('stopped before pg was started')

    expect(calls).toEqual([])
  })

  test('stops in the middle of a start: nothing more is started, and what had started is stopped', async () => {
    const calls: string[] = []
    const service = lifecycle(logger, { ops: part('ops', calls), pg: part('pg', calls) })

    const starting = service.start()
    const stopping = service.stop()

    starting.catch(() => undefined)
    await stopping
    expect(calls).toEqual(['start ops', 'stop ops'])
    await expect(starting).rejects.toThrow('stopped before pg was started')
  })
})
