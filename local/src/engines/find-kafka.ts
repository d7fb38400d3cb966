import type { EngineContext } from './engine-context.js'
import { withClassArchive } from './kafka/class-archive.js'
import { findJava } from './kafka/java.js'
import type { KafkaInstallation } from './kafka/kafka-installation.js'
import { machineKafka } from './kafka/machine-kafka.js'
import { mavenKafka } from './kafka/maven-kafka.js'

/**
 * Finds a Kafka that we can run: an unpacked one on the machine, or the pinned one, which is downloaded where it is not
 * yet. Throws EngineUnavailable, with what to do, where that cannot be.
 */
export async function installedKafka(context: EngineContext): Promise<KafkaInstallation> {
  const java = findJava(context.env)
  const jars = machineKafka(context) ?? (await mavenKafka(context))
  return withClassArchive({ ...jars, java }, context)
}
