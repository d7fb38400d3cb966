import { freePorts } from '../processes/free-ports.js'
import type { EngineContext } from './engine-context.js'
import { installedKafka } from './find-kafka.js'
import { kafkaGuardSpec } from './kafka/guard-spec.js'
import type { KafkaInstallation } from './kafka/kafka-installation.js'
import { startEngine, type RunningEngine, type StartEngineOptions } from './start-engine.js'

export interface StartKafkaOptions extends EngineContext, Pick<StartEngineOptions, 'line'> {
  /** Kafka's own: settings and data, kept between runs. */
  readonly stateFolder: string
  /** Free ones where none are given. */
  readonly port?: number
  readonly controllerPort?: number
  /** Found or made where none is given. */
  readonly installation?: KafkaInstallation
}

export interface RunningKafka extends RunningEngine {
  /** For KAFKA_BROKERS. */
  readonly brokers: string
}

/** After a kill it reads what it has not indexed; a start takes seconds, and many times that on a busy machine. */
const LIMIT_MS = 120_000

/** Starts a broker of our own on the loopback interface; resolves when it serves clients. */
export async function startKafka(options: StartKafkaOptions): Promise<RunningKafka> {
  const { stateFolder, env, line, signal } = options
  const installation = options.installation ?? (await installedKafka(options))
  const free = await freePorts(2)
  const [port = 0, controllerPort = 0] = [options.port ?? free[0], options.controllerPort ?? free[1]]
  const spec = kafkaGuardSpec({ stateFolder, port, controllerPort, installation, env })
  const engine = await startEngine(spec, { limitMs: LIMIT_MS, line, signal })
  return { ...engine, brokers: `127.0.0.1:${port}` }
}
