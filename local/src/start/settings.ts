import { join, resolve } from 'node:path'
import { addressList, bindAddress, commonSettings, port, secretUrl, text } from '@votestream/runtime'
import { z } from 'zod'
import { readSettings } from '../read-settings.js'
import { repository } from '../repository.js'

const ownSettings = {
  PORT: port(8080).describe('The public port: REST, WebSocket and the page; 0 takes a free one'),
  VOTESTREAM_HOST: bindAddress('127.0.0.1').describe('The public address; 0.0.0.0 lets other machines in'),
  VOTESTREAM_STATE: text('a path')
    .default('.votestream')
    .describe(
      'The folder of everything that is kept between runs; each way to run has one of its own below it',
    ),
  SHUTDOWN_GRACE_MS: commonSettings.SHUTDOWN_GRACE_MS,
}

/** The launcher's own variables. Those of the services are handed on to them. */
export const settings = z.object({
  ...ownSettings,
  KAFKA_BROKERS: addressList()
    .optional()
    .describe('With --full: brokers that run already; where it is not set, the launcher runs one'),
  KAFKA_TOPIC: text('the name of a topic').default('votes').describe('With --full: the topic of the votes'),
  REDIS_URL: secretUrl(['redis', 'rediss'])
    .optional()
    .describe('With --full: a Redis that runs already; where it is not set, the launcher runs one'),
})

/** What the embedded way reads: a bad variable of the other way is no obstacle. */
const embeddedSettings = z.object(ownSettings)

export interface LauncherSettings {
  readonly port: number
  readonly host: string
  /** The state folder of this way to run. */
  readonly state: string
  readonly shutdownGraceMs: number
  /** What the full way runs on besides PostgreSQL; undefined for the embedded way. */
  readonly engines: EngineSettings | undefined
}

export interface EngineSettings {
  /** Undefined: we run Kafka ourselves. */
  readonly kafkaBrokers: string | undefined
  readonly kafkaTopic: string
  /** Undefined: we run Redis ourselves. A secret. */
  readonly redisUrl: string | undefined
}

/** Reads the launcher's variables; throws one failure that lists every bad one. */
export function readLauncherSettings(env: NodeJS.ProcessEnv, { full }: { full: boolean }): LauncherSettings {
  const { engines, ...own } = full
    ? readAll(env)
    : { ...readSettings(embeddedSettings, env), engines: undefined }
  return {
    port: own.PORT,
    host: own.VOTESTREAM_HOST,
    state: join(resolve(repository, own.VOTESTREAM_STATE), full ? 'full' : 'embedded'),
    shutdownGraceMs: own.SHUTDOWN_GRACE_MS,
    engines,
  }
}

function readAll(env: NodeJS.ProcessEnv) {
  const { KAFKA_BROKERS, KAFKA_TOPIC, REDIS_URL, ...own } = readSettings(settings, env)
  const engines: EngineSettings = {
    kafkaBrokers: KAFKA_BROKERS,
    kafkaTopic: KAFKA_TOPIC,
    redisUrl: REDIS_URL,
  }
  return { ...own, engines }
}
