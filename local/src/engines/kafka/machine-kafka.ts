import { realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { EngineContext } from '../engine-context.js'
import { EngineUnavailable } from '../engine-unavailable.js'
import { findProgram } from '../provision/tools.js'
import { jarsIn } from './kafka-installation.js'
import { OLDEST_KAFKA, versionOfJars } from './kafka-version.js'

export interface FoundJars {
  readonly origin: string
  readonly version: string
  readonly jars: string
}

/** Finds the jars of an unpacked Kafka: KAFKA_HOME's, which must be good then, or those beside a script on the PATH. */
export function machineKafka({ env, progress }: EngineContext): FoundJars | undefined {
  const home = env.KAFKA_HOME ?? ''
  if (home !== '') {
    const found = jarsBelow(home, 'KAFKA_HOME')
    if (typeof found !== 'string') return found
    throw new EngineUnavailable('Kafka', `KAFKA_HOME is ${home}, and ${found}. Correct or unset it.`)
  }
  const script = findProgram('kafka-server-start.sh', env)
  if (script === undefined) return undefined
  const found = jarsBelow(dirname(dirname(realpathSync(script))), script)
  if (typeof found !== 'string') return found
  progress?.(`${script} is not used: ${found}`)
  return undefined
}

/** The jars of an unpacked distribution, or why it cannot be used. */
function jarsBelow(home: string, origin: string): FoundJars | string {
  const jars = join(home, 'libs')
  const version = versionOfJars(jarsIn(jars))
  if (version === undefined) return `there is no Kafka in ${jars}`
  if (Number.parseInt(version, 10) < OLDEST_KAFKA)
    return `it is Kafka ${version}: ${OLDEST_KAFKA}.0 or newer is needed`
  return { origin, version, jars }
}
