import { ExpectedFailure } from '../expected-failure.js'
import { answers } from '../processes/free-ports.js'
import type { EngineSettings } from './settings.js'

const TIMEOUT_MS = 2000
const REDIS_PORT = 6379

/** Throws, with a line that names the variable, when an engine that somebody else is said to run cannot be reached. */
export async function checkReachable({ kafkaBrokers, redisUrl }: EngineSettings): Promise<void> {
  // A dns:/// target is looked up by votes itself.
  const brokers = kafkaBrokers?.startsWith('dns:') === false ? kafkaBrokers.split(',') : []
  await Promise.all([
    ...(brokers.length === 0
      ? []
      : [
          anyAnswers(
            'KAFKA_BROKERS',
            brokers.map((each) => `tcp://${each}`),
          ),
        ]),
    ...(redisUrl === undefined ? [] : [anyAnswers('REDIS_URL', [redisUrl])]),
  ])
}

async function anyAnswers(variable: string, urls: readonly string[]): Promise<void> {
  const places = urls.map((text) => {
    const { hostname, port } = new URL(text)
    return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port || REDIS_PORT) }
  })
  const found = await Promise.all(places.map((place) => answers(place, TIMEOUT_MS)))
  if (found.includes(true)) return
  const where = places.map(({ host, port }) => `${host} port ${port}`).join(', ')
  throw new ExpectedFailure(
    `${variable}: nobody answers at ${where}. Start it first, or unset the variable: then one is run for this mesh.`,
  )
}
