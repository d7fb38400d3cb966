import { join, resolve } from 'node:path'
import { bindAddress, commonSettings, port, text } from '@votestream/runtime'
import { z } from 'zod'
import { readSettings } from '../read-settings.js'
import { repository } from '../repository.js'

/** The launcher's own variables. Those of the services are handed on to them. */
export const settings = z.object({
  PORT: port(8080).describe('The public port: REST, WebSocket and the page; 0 takes a free one'),
  VOTESTREAM_HOST: bindAddress('127.0.0.1').describe('The public address; 0.0.0.0 lets other machines in'),
  VOTESTREAM_STATE: text('a path')
    .default('.votestream')
    .describe(
      'The folder of everything that is kept between runs; each way to run has one of its own below it',
    ),
  SHUTDOWN_GRACE_MS: commonSettings.SHUTDOWN_GRACE_MS,
})

export interface LauncherSettings {
  readonly port: number
  readonly host: string
  /** The state folder of the embedded way. */
  readonly state: string
  readonly shutdownGraceMs: number
}

/** Reads the launcher's variables; throws one failure that lists every bad one. */
export function readLauncherSettings(env: NodeJS.ProcessEnv): LauncherSettings {
  const read = readSettings(settings, env)
  return {
    port: read.PORT,
    host: read.VOTESTREAM_HOST,
    state: join(resolve(repository, read.VOTESTREAM_STATE), 'embedded'),
    shutdownGraceMs: read.SHUTDOWN_GRACE_MS,
  }
}
