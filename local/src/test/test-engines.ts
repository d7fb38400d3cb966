import type { EngineContext } from '../engines/engine-context.js'
import { installedKafka } from '../engines/find-kafka.js'
import { installedRedis } from '../engines/find-redis.js'
import type { RunningEngine } from '../engines/start-engine.js'
import { startKafka } from '../engines/start-kafka.js'
import { startRedis } from '../engines/start-redis.js'
import { findKubernetes, findNginx, findPrometheus, findPython } from './find-programs.js'
import type { Need } from './projects.js'
import { startTestPostgres } from './test-postgres.js'
import { engineFolder } from './test-state.js'

/** Something that suites need, ready for them. */
export interface TestEngine {
  /** Variables that tell the suites where it is. */
  readonly env: Readonly<Record<string, string>>
  readonly stop?: () => Promise<void>
}

/** Gets each thing that suites may need; one that cannot be had throws, with the reason and what to do. */
export type TestEngineStarters = Readonly<Record<Need, () => Promise<TestEngine>>>

/** Servers of this run's own, or those that REDIS_URL and KAFKA_BROKERS name. */
export function testEngineStarters(context: EngineContext): TestEngineStarters {
  const { env } = context
  // Made once, though a server and suites that start their own both ask for it.
  const redis = once(() => installedRedis(context))
  const kafka = once(() => installedKafka(context))
  const given = async (find: (env: NodeJS.ProcessEnv) => TestEngine['env']): Promise<TestEngine> =>
    Promise.resolve({ env: find(env) })
  return {
    postgres: async () => {
      const { url, stop } = await startTestPostgres(context)
      return { env: { VOTESTREAM_TEST_POSTGRES: url }, stop }
    },
    redis: async () => {
      const given = env.REDIS_URL?.trim() ?? ''
      if (given !== '') return { env: { VOTESTREAM_TEST_REDIS: given } }
      const stateFolder = engineFolder('redis')
      const server = await startRedis({ ...context, stateFolder, installation: await redis() })
      return { env: { VOTESTREAM_TEST_REDIS: server.url }, stop: watched('Redis', server) }
    },
    kafka: async () => {
      const given = env.KAFKA_BROKERS?.trim() ?? ''
      if (given !== '') return { env: { VOTESTREAM_TEST_KAFKA: given } }
      const stateFolder = engineFolder('kafka')
      const broker = await startKafka({ ...context, stateFolder, installation: await kafka() })
      return { env: { VOTESTREAM_TEST_KAFKA: broker.brokers }, stop: watched('Kafka', broker) }
    },
    'redis installation': () => redis().then(() => ({ env: {} })),
    'kafka installation': () => kafka().then(() => ({ env: {} })),
    nginx: () => given(findNginx),
    prometheus: () => given(findPrometheus),
    python: () => given(findPython),
    kubernetes: () => given(findKubernetes),
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}

/** An engine that ends before it is stopped fails many suites: the reason is told where it happens. */
function watched(name: string, engine: RunningEngine): () => Promise<void> {
  let isStopping = false
  void engine.ended.then((how) => {
    if (!isStopping) process.stderr.write(`${name} ended during the tests (${how})\n`)
  })
  return () => {
    isStopping = true
    return engine.stop()
  }
}
