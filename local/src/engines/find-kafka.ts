import type { EngineContext } from './engine-context.js'
import { withClassArchive } from './kafka/class-archive.js'
import { findJava } from './kafka/java.js'
import type { KafkaInstallation } from './kafka/kafka-installation.js'
import { machineKafka } from './kafka/machine-kafka.js'
import { mavenKafka } from './kafka/maven-kafka.js'

/** Brokers that somebody else runs, or a Kafka that we can run. */
export type FoundKafka =
  | { readonly kind: 'running'; readonly brokers: string }
  | { readonly kind: 'installed'; readonly installation: KafkaInstallation }

/** Finds Kafka: KAFKA_BROKERS, an unpacked one on the machine, or the pinned one, which is downloaded where it is not yet. */
export async function findKafka(context: EngineContext): Promise<FoundKafka> {
  const brokers = context.env.KAFKA_BROKERS?.trim() ?? ''
  if (brokers !== '') return { kind: 'running', brokers }
  return { kind: 'installed', installation: await installedKafka(context) }
}

/** Finds or makes a Kafka that we can run; throws EngineUnavailable, with what to do, where that cannot be. */
export async function installedKafka(context: EngineContext): Promise<KafkaInstallation> {
  const java = findJava(context.env)
  const jars = machineKafka(context) ?? (await mavenKafka(context))
  return withClassArchive({ ...jars, java }, context)
}
