import { ConfigError, readEnv } from '@votestream/runtime'
import type { z } from 'zod'
import { EXIT_CONFIG, ExpectedFailure } from './expected-failure.js'

/** Reads variables as a service does; a bad one is a failure whose message lists all bad ones. */
export function readSettings<S extends z.ZodObject>(
  schema: S,
  env: NodeJS.ProcessEnv,
): Readonly<z.output<S>> {
  try {
    return readEnv(schema, env)
  } catch (error) {
    if (error instanceof ConfigError) throw new ExpectedFailure(error.message, EXIT_CONFIG, { cause: error })
    throw error
  }
}
