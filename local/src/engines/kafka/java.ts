import { join } from 'node:path'
import { EngineUnavailable } from '../engine-unavailable.js'
import { findProgram, isProgram, runTool } from '../provision/tools.js'

/** Brokers of Kafka 4 are compiled for it. */
const OLDEST_JAVA = 17
const LIMIT_MS = 30_000

const REMEDY = `Install version ${OLDEST_JAVA} or newer (Debian: apt-get install openjdk-17-jre-headless; macOS: brew install openjdk)`

/** Finds Java: JAVA_HOME's where that is set, otherwise the one on the PATH. */
export function findJava(env: NodeJS.ProcessEnv): string {
  const home = env.JAVA_HOME ?? ''
  if (home !== '' && !isProgram(join(home, 'bin', 'java')))
    throw new EngineUnavailable(
      'Kafka',
      `JAVA_HOME is ${home}, and there is no bin/java. Correct or unset it.`,
    )
  const found = home === '' ? findProgram('java', env) : join(home, 'bin', 'java')
  if (found !== undefined) return found
  throw new EngineUnavailable('Kafka', `it needs Java, and there is no \`java\` on the PATH. ${REMEDY}.`)
}

/** Rejects when this Java cannot run a broker. */
export async function assertJava(java: string, env: NodeJS.ProcessEnv): Promise<void> {
  const said = await runTool({ program: java, args: ['-version'], env, limitMs: LIMIT_MS }).catch(
    (error: unknown) => {
      throw new EngineUnavailable('Kafka', `${(error as Error).message}\n${REMEDY}.`, { cause: error })
    },
  )
  const major = javaMajor(said)
  if (major !== undefined && major >= OLDEST_JAVA) return
  throw new EngineUnavailable(
    'Kafka',
    `${java} is Java ${major ?? 'of an unknown version'}. ${REMEDY}, or set JAVA_HOME.`,
  )
}

/** The major version in what `java -version` says: 8 for `1.8.0_402`, 17 for `17.0.15`. */
export function javaMajor(said: string): number | undefined {
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(said) ?? []
  const major = first === '1' ? second : first
  return major === undefined ? undefined : Number(major)
}
