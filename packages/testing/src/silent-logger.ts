import { createLogger, Registry } from '@votestream/runtime'
import type { Logger } from '@votestream/runtime'

/** Says nothing. */
export const silentLogger: Logger = createLogger('test', 'silent')

/** A fresh registry without the process' default metrics, whose observers would outlive a test. */
export const aRegistry = (): Registry => new Registry()
