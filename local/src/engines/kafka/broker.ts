import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from '../../state/files.js'
import type { EngineCommand } from '../guard/engine-server.js'
import type { GuardedEngine } from '../guard/run-guard.js'
import { javaCommand, type JavaOptions } from './java-command.js'
import { kafkaLine } from './kafka-line.js'
import { formatProperties, serverProperties, type BrokerPorts } from './server-properties.js'
import { DATA, ensureStorage } from './storage.js'

export interface BrokerOptions extends JavaOptions, BrokerPorts {
  readonly folder: string
  readonly stopGraceMs: number
}

const SETTINGS = 'server.properties'
const READY = 'Kafka Server started'

/** A broker as its guard runs it: in its folder, on data that is made when there is none. */
export function broker(options: BrokerOptions): GuardedEngine {
  const { folder, port, controllerPort } = options
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return {
    service: 'kafka',
    folder,
    ports: { kafka: port, kafkaController: controllerPort },
    prepare: (signal) => prepare(options, signal),
    readLine: kafkaLine,
  }
}

async function prepare(options: BrokerOptions, signal: AbortSignal): Promise<EngineCommand> {
  const { folder, stopGraceMs } = options
  await ensureStorage(
    folder,
    { java: options.java, jars: options.jars, classArchive: options.classArchive },
    options,
    signal,
  )
  // At every start: the ports may be others than last time.
  replaceFile(join(folder, SETTINGS), formatProperties(serverProperties(options, DATA)))
  return {
    name: 'Kafka',
    ...javaCommand(options, 'kafka.Kafka', [SETTINGS]),
    folder,
    readyLine: READY,
    stopGraceMs,
  }
}
