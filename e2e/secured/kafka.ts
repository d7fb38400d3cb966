import type { Authority } from '@votestream/testing'
import kafkajs, {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  ResourcePatternTypes,
} from 'kafkajs'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installedKafka } from '../../local/src/engines/find-kafka.js'
import { javaCommand } from '../../local/src/engines/kafka/java-command.js'
import { formatProperties, serverProperties } from '../../local/src/engines/kafka/server-properties.js'
import { freePorts } from '../../local/src/processes/free-ports.js'
import { startProgram, untilSaid } from './program.js'

export interface SecuredKafka extends AsyncDisposable {
  readonly brokers: string
  readonly user: string
  readonly password: string
  /** May prove who it is, and do nothing. */
  readonly stranger: { readonly user: string; readonly password: string }
}

const USER = 'votes'
const PASSWORD = 'kafka-100%25-secret/@?'
const STRANGER = { user: 'stranger', password: 'strange' }
const MECHANISM = 'SCRAM-SHA-512'
const CLUSTER_ID = 'Vm90ZVN0cmVhbUxvY2FsMQ'

/** Starts a broker that takes clients over TLS only, by name and password, and lets them do what they were granted. Its certificate is for `localhost`. */
export const securedKafka = async (folder: string, authority: Authority): Promise<SecuredKafka> => {
  mkdirSync(folder, { recursive: true })
  const installation = await installedKafka({ env: process.env })
  const [port = 0, insidePort = 0, controllerPort = 0] = await freePorts(3)
  const { cert, key } = authority.issue('localhost')
  writeFileSync(join(folder, 'keystore.pem'), key + cert, { mode: 0o600 })
  const properties = {
    ...serverProperties({ port, controllerPort }, 'data'),
    ...secured(port, insidePort, controllerPort),
  }
  writeFileSync(join(folder, 'server.properties'), formatProperties(properties))
  const run = (mainClass: string, args: readonly string[]) => {
    const { program, ...command } = javaCommand(installation, mainClass, args)
    return startProgram({ command: program, ...command, cwd: folder })
  }
  const users = [{ user: USER, password: PASSWORD }, STRANGER].flatMap(({ user, password }) => [
    '--add-scram',
    `${MECHANISM}=[name=${user},password=${password}]`,
  ])
  const format = run('kafka.tools.StorageTool', [
    'format',
    '-t',
    CLUSTER_ID,
    '-c',
    'server.properties',
    ...users,
  ])
  if ((await format.ended) !== 0) throw new Error(format.lines.join('\n'))
  const broker = run('kafka.Kafka', ['server.properties'])
  await untilSaid(broker, 'Kafka Server started')
  await grant(`127.0.0.1:${insidePort}`)
  return {
    ...{ brokers: `localhost:${port}`, user: USER, password: PASSWORD, stranger: STRANGER },
    [Symbol.asyncDispose]: () => broker.end(),
  }
}

const secured = (port: number, insidePort: number, controllerPort: number): Record<string, string> => ({
  listeners: `SASL_SSL://127.0.0.1:${port},INSIDE://127.0.0.1:${insidePort},CONTROLLER://127.0.0.1:${controllerPort}`,
  'advertised.listeners': `SASL_SSL://localhost:${port},INSIDE://127.0.0.1:${insidePort}`,
  'listener.security.protocol.map': 'SASL_SSL:SASL_SSL,INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT',
  'inter.broker.listener.name': 'INSIDE',
  'sasl.enabled.mechanisms': MECHANISM,
  'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config':
    'org.apache.kafka.common.security.scram.ScramLoginModule required;',
  'ssl.keystore.type': 'PEM',
  'ssl.keystore.location': 'keystore.pem',
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'super.users': 'User:ANONYMOUS', // whoever comes from inside
})

/** What votes needs of Kafka, and not more (docs/operations.md). */
const grant = async (inside: string): Promise<void> => {
  const admin = new kafkajs.Kafka({ brokers: [inside], logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  const may = (resourceType: AclResourceTypes, resourceName: string, operation: AclOperationTypes) => ({
    ...{ resourceType, resourceName, operation, principal: `User:${USER}`, host: '*' },
    resourcePatternType: ResourcePatternTypes.LITERAL,
    permissionType: AclPermissionTypes.ALLOW,
  })
  const { CREATE, DESCRIBE, READ, WRITE } = AclOperationTypes
  await admin.createAcls({
    acl: [
      ...[CREATE, DESCRIBE, READ, WRITE].map((each) => may(AclResourceTypes.TOPIC, 'votes', each)),
      may(AclResourceTypes.GROUP, 'votes-fold', READ),
    ],
  })
  await admin.disconnect()
}
