import { parseArgs } from 'node:util'
import { ExpectedFailure } from '../expected-failure.js'

/** The convention of shells for a command line that makes no sense. */
const EXIT_USAGE = 2

export interface StartOptions {
  readonly demo: boolean
  readonly json: boolean
  readonly help: boolean
}

/** Reads the options of `npm start`; throws, with exit code 2, for anything else. */
export function parseStartOptions(args: readonly string[]): StartOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        demo: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    return values
  } catch (error) {
    const [reason = ''] = (error as Error).message.split('. ')
    throw new ExpectedFailure(`${reason}. \`npm start -- --help\` lists the options.`, EXIT_USAGE, {
      cause: error,
    })
  }
}
