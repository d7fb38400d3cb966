import { boolean } from '@votestream/runtime'
import { z } from 'zod'
import { readSettings } from '../read-settings.js'

/** The variables of `npm test`. */
export const settings = z.object({
  REQUIRE_INFRA: boolean(false).describe(
    'An engine that cannot be had here makes its suites fail instead of being skipped',
  ),
})

/** Whether an engine that cannot be had is a failure. */
export const requiresInfra = (env: NodeJS.ProcessEnv): boolean => readSettings(settings, env).REQUIRE_INFRA
