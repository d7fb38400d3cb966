import { parseArgs } from 'node:util'
import { ExpectedFailure } from '../expected-failure.js'
import { ONE_OF_EACH, parseReplicas, type Replicas } from './replicas.js'

/** The convention of shells for a command line that makes no sense. */
const EXIT_USAGE = 2

export interface StartOptions {
  readonly demo: boolean
  readonly json: boolean
  readonly help: boolean
  /** With Kafka and Redis. */
  readonly full: boolean
  /** With a Prometheus that watches all of it. */
  readonly monitoring: boolean
  readonly replicas: Replicas
}

/** Reads the options of `npm start`; throws, with exit code 2, for anything else. */
export function parseStartOptions(args: readonly string[]): StartOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        demo: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        full: { type: 'boolean', default: false },
        monitoring: { type: 'boolean', default: false },
        replicas: { type: 'string', multiple: true, default: [] },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    if (values.monitoring && !values.full)
      throw new Error('--monitoring needs --full: it watches votes on their way through Kafka and Redis')
    return { ...values, replicas: replicasOf(values.replicas, values.full) }
  } catch (error) {
    const [reason = ''] = (error as Error).message.split('. ')
    throw new ExpectedFailure(`${reason}. \`npm start -- --help\` lists the options.`, EXIT_USAGE, {
      cause: error,
    })
  }
}

function replicasOf(lists: readonly string[], full: boolean): Replicas {
  const replicas = lists.length === 0 ? ONE_OF_EACH : parseReplicas(lists.join(','))
  if (replicas.votes > 1 && !full)
    throw new Error('several votes need --full: without Kafka the log is in the memory of one process')
  return replicas
}
