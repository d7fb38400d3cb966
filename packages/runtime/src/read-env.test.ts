import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { z } from 'zod'
import { ConfigError } from './config-error.js'
import { readEnv } from './read-env.js'
import {
  address,
  boolean,
  cidrList,
  commonSettings,
  integer,
  milliseconds,
  port,
  secret,
  secretUrl,
} from './settings.js'

const schema = z.object({
  ...commonSettings,
  GRPC_PORT: port(50051),
  DATABASE_URL: secretUrl(),
  POLLS_ADDRESS: address(),
  VOTER_SECRET: secret(16).optional(),
  FLUSH_MS: milliseconds(50, { min: 1 }),
})
const good = { DATABASE_URL: 'postgres://u:p@localhost/votes', POLLS_ADDRESS: 'polls:50051' }

const errorOf = (env: NodeJS.ProcessEnv, of: z.ZodObject = schema): ConfigError => {
  try {
    readEnv(of, env)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('nothing was wrong')
}

describe('readEnv', () => {
  test('gives typed settings, defaults included, that nobody can change', () => {
    const settings = readEnv(schema, { ...good, GRPC_PORT: '0' })

    expect(settings).toMatchObject({
      ...good,
      GRPC_PORT: 0,
      HOST: '0.0.0.0',
      LOG_LEVEL: 'info',
      FLUSH_MS: 50,
    })
    expect(settings.VOTER_SECRET).toBeUndefined()
    expect(Object.isFrozen(settings)).toBe(true)
  })

  test('takes an empty variable for one that is not set', () => {
    const settings = readEnv(schema, { ...good, GRPC_PORT: '', VOTER_SECRET: '' })

    expect(settings).toMatchObject({ GRPC_PORT: 50051 })
    expect(errorOf({ ...good, DATABASE_URL: '' }).message).toContain('DATABASE_URL: is required')
  })

  test('lists every bad variable once, with what it must be', () => {
    const error = errorOf({ GRPC_PORT: '70000', POLLS_ADDRESS: 'polls', LOG_LEVEL: 'loud', FLUSH_MS: '0' })

    expect(error.message.split('\n')).toEqual([
      'bad settings:',
      '  LOG_LEVEL: must be one of fatal, error, warn, info, debug, trace, silent',
      '  GRPC_PORT: must be a port from 0 (any free one) to 65535',
      '  DATABASE_URL: is required, a URL that starts with postgres:// or postgresql://',
      '  POLLS_ADDRESS: must be host:port',
      '  FLUSH_MS: must be milliseconds, from 1 to 86400000',
    ])
  })

  test('ignores variables that it does not know', () => {
    expect(readEnv(schema, { ...good, PATH: '/bin', VOTESTREAM_COLOUR: 'blue' })).not.toHaveProperty('PATH')
  })

  test('tells what a rule over several variables found', () => {
    const ordered = z
      .object({ LEAST: integer(1, { min: 0, max: 9 }), MOST: integer(2, { min: 0, max: 9 }) })
      .refine(({ LEAST, MOST }) => LEAST <= MOST, 'LEAST must not be above MOST')

    expect(errorOf({ LEAST: '3' }, ordered).message).toBe('bad settings:\n  LEAST must not be above MOST')
  })

  test('never quotes a value, whatever it is and wherever it was put', () => {
    const everything = z.object({ ...schema.shape, ON: boolean(true), NETWORKS: cidrList() })
    const values = fc.string({ minLength: 6 }).map((text) => `hunter2-${text}-\u{1f5dd}`)

    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...Object.keys(everything.shape)), values, { minKeys: 1 }),
        (env) => {
          const { message } = errorOf(env, everything)

          expect(message).not.toContain('hunter2')
          expect(message).not.toContain('\u{1f5dd}')
        },
      ),
    )
  })
})
