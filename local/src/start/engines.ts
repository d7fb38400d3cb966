import { join } from 'node:path'
import type { EngineContext } from '../engines/engine-context.js'
import { installedKafka } from '../engines/find-kafka.js'
import { installedRedis } from '../engines/find-redis.js'
import { kafkaGuardSpec } from '../engines/kafka/guard-spec.js'
import { prometheusGuardSpec } from '../engines/prometheus/guard-spec.js'
import { redisGuardSpec } from '../engines/redis/guard-spec.js'
import type { ProcessSpec } from '../processes/supervised-process.js'
import { portOf, type MeshPorts } from './mesh-ports.js'
import { replicaNames, SERVICES, type Replicas } from './replicas.js'
import type { EngineSettings } from './settings.js'

/** Where the services find the engines of the full way. */
export interface EngineAddresses {
  readonly kafkaBrokers: string
  /** A secret. */
  readonly redisUrl: string
}

/** An engine that we run ourselves. */
export interface OwnEngine {
  readonly name: 'Kafka' | 'Redis' | 'Prometheus'
  /** Resolves when it is found on this machine, or downloaded. */
  readonly spec: Promise<ProcessSpec>
  /** How long a start may take, not counting the download. */
  readonly limitMs: number
}

/** After a kill it reads what it has not indexed; a start takes seconds, and many times that on a busy machine. */
const KAFKA_LIMIT_MS = 120_000
/** A start takes some 50 ms. */
const REDIS_LIMIT_MS = 30_000
/** It reads what it wrote since its last block: seconds, after a kill. */
const PROMETHEUS_LIMIT_MS = 60_000

/** Where the engines answer: those that run already where they were told to us, ours on the ports of this run. */
export const engineAddresses = (settings: EngineSettings, ports: MeshPorts): EngineAddresses => ({
  kafkaBrokers: settings.kafkaBrokers ?? `127.0.0.1:${portOf(ports, 'kafka')}`,
  redisUrl: settings.redisUrl ?? `redis://127.0.0.1:${portOf(ports, 'redis')}`,
})

export interface OwnEnginesOptions {
  readonly settings: EngineSettings
  readonly state: string
  readonly ports: MeshPorts
  readonly context: EngineContext
}

/** Begins to look for the engines that nobody else runs for us. */
export function ownEngines({ settings, state, ports, context }: OwnEnginesOptions): OwnEngine[] {
  const engines: OwnEngine[] = []
  if (settings.kafkaBrokers === undefined)
    engines.push({
      name: 'Kafka',
      spec: findKafka(join(state, 'kafka'), ports, context),
      limitMs: KAFKA_LIMIT_MS,
    })
  if (settings.redisUrl === undefined)
    engines.push({
      name: 'Redis',
      spec: findRedis(join(state, 'redis'), ports, context),
      limitMs: REDIS_LIMIT_MS,
    })
  return engines
}

export interface WatcherOptions {
  readonly program: string
  readonly state: string
  readonly ports: MeshPorts
  readonly replicas: Replicas
  readonly env: NodeJS.ProcessEnv
}

/** A Prometheus that scrapes every process of the run. */
export const watcher = ({ program, state, ports, replicas, env }: WatcherOptions): OwnEngine => ({
  name: 'Prometheus',
  spec: Promise.resolve(
    prometheusGuardSpec({
      ...{ stateFolder: join(state, 'prometheus'), program, port: portOf(ports, 'prometheus'), env },
      targets: SERVICES.flatMap((service) =>
        replicaNames(service, replicas).map((pod) => ({
          ...{ pod, container: service, opsPort: portOf(ports, `${pod}Ops`) },
        })),
      ),
    }),
  ),
  limitMs: PROMETHEUS_LIMIT_MS,
})

const findKafka = async (
  stateFolder: string,
  ports: MeshPorts,
  context: EngineContext,
): Promise<ProcessSpec> =>
  kafkaGuardSpec({
    ...{ stateFolder, port: portOf(ports, 'kafka'), controllerPort: portOf(ports, 'kafkaController') },
    ...{ installation: await installedKafka(context), env: context.env },
  })

const findRedis = async (
  stateFolder: string,
  ports: MeshPorts,
  context: EngineContext,
): Promise<ProcessSpec> =>
  redisGuardSpec({
    ...{ stateFolder, port: portOf(ports, 'redis') },
    ...{ installation: await installedRedis(context), env: context.env },
  })
