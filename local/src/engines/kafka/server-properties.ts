export interface BrokerPorts {
  /** For clients. */
  readonly port: number
  readonly controllerPort: number
}

const LOOPBACK = '127.0.0.1'

/**
 * One node that is broker and controller; `dataFolder` is relative to the folder in which it runs. local/compose.yaml
 * says the same to a container, and a test compares them.
 */
export const serverProperties = (
  { port, controllerPort }: BrokerPorts,
  dataFolder: string,
): Readonly<Record<string, string>> => ({
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.quorum.voters': `1@${LOOPBACK}:${controllerPort}`,
  listeners: `PLAINTEXT://${LOOPBACK}:${port},CONTROLLER://${LOOPBACK}:${controllerPort}`,
  'advertised.listeners': `PLAINTEXT://${LOOPBACK}:${port}`,
  'controller.listener.names': 'CONTROLLER',
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  'inter.broker.listener.name': 'PLAINTEXT',
  // A list: a comma in an absolute path would split it.
  'log.dirs': dataFolder,
  ...singleNode,
  ...smallMachine,
})

const singleNode = {
  'auto.create.topics.enable': 'false', // a topic with default settings would lose votes to retention
  'offsets.topic.replication.factor': '1',
  'offsets.topic.num.partitions': '1',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'transaction.state.log.num.partitions': '1',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'share.coordinator.state.topic.num.partitions': '1',
  'group.initial.rebalance.delay.ms': '0', // otherwise the first consumer waits 3 s for others
  'broker.session.timeout.ms': '3000', // otherwise a start after kill -9 takes 11 s instead of 5: the old self must expire
  'broker.heartbeat.interval.ms': '1000',
} as const

const smallMachine = {
  'num.network.threads': '1',
  'num.io.threads': '2',
  'log.cleaner.enable': 'false', // 130 MB less; nothing here is compacted but Kafka's own offsets, which we do not use
} as const

/** The text of a .properties file (java.util.Properties); none of our values has anything to escape. */
export const formatProperties = (properties: Readonly<Record<string, string>>): string =>
  Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
