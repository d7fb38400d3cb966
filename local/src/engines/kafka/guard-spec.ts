import type { ProcessSpec } from '../../processes/supervised-process.js'
import { inRepository } from '../../repository.js'
import { inheritedEnv } from '../../start/inherited-env.js'
import type { BrokerOptions } from './broker.js'
import type { BrokerPorts } from './server-properties.js'
import type { KafkaInstallation } from './kafka-installation.js'

export interface KafkaGuardOptions extends BrokerPorts {
  readonly stateFolder: string
  readonly installation: KafkaInstallation
  readonly env: NodeJS.ProcessEnv
  /** A class archive that the broker writes when it ends. */
  readonly writeArchive?: string
}

/** A clean stop takes half a second; a broker that was killed instead only takes longer to start. */
const STOP_GRACE_MS = 10_000
/** Writing the archive takes some seconds, and some more on a busy machine. */
const ARCHIVE_GRACE_MS = 60_000
const GUARD_MARGIN_MS = 5000

/** How to run Kafka: as a guard that runs the broker. */
export function kafkaGuardSpec(options: KafkaGuardOptions): ProcessSpec {
  const { installation, writeArchive } = options
  const stopGraceMs = writeArchive === undefined ? STOP_GRACE_MS : ARCHIVE_GRACE_MS
  const broker: BrokerOptions = {
    folder: options.stateFolder,
    port: options.port,
    controllerPort: options.controllerPort,
    java: installation.java,
    jars: installation.jars,
    classArchive: installation.classArchive,
    writeArchive,
    stopGraceMs,
  }
  return {
    name: 'kafka-guard',
    script: inRepository('local/dist/engines/kafka-guard.js'),
    args: [JSON.stringify(broker)],
    env: inheritedEnv(options.env),
    stopGraceMs: stopGraceMs + GUARD_MARGIN_MS,
  }
}
