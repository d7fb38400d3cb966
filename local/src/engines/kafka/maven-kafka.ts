import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inRepository } from '../../repository.js'
import type { EngineContext } from '../engine-context.js'
import { EngineUnavailable } from '../engine-unavailable.js'
import { cacheRoot, ensureMade } from '../provision/cache-folder.js'
import { assertChecksums, parseChecksums } from '../provision/checksums.js'
import { findProgram, runTool, ToolFailure } from '../provision/tools.js'
import { KAFKA_VERSION } from './kafka-version.js'
import type { FoundJars } from './machine-kafka.js'

/** slf4j-simple: without a binding Kafka is mute even when it fails to start. */
const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>votestream</groupId>
  <artifactId>kafka</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA_VERSION}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`
/** Named in full: otherwise each version of Maven takes another one. */
const COPY_JARS = 'org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy-dependencies'

/** What a slow line takes for 60 MB, and some more. */
const LIMIT_MS = 15 * 60_000
/** Enough to tell one set of pins from another. */
const KEY_DIGITS = 12

/** The list of `sha256sum`, by which every jar is checked. */
export const readPins = (): string =>
  readFileSync(inRepository('local/src/engines/kafka/jars.sha256'), 'utf8')

/**
 * Makes sure of Kafka's jars in the user's cache folder, by Maven. Maven itself compares a download with a checksum
 * from the same repository only; so every jar, and that there is no other, is checked against the list kept here.
 */
export async function mavenKafka({ env, progress, signal }: EngineContext): Promise<FoundJars> {
  const pins = readPins()
  const key = createHash('sha256').update(POM).update(pins).digest('hex').slice(0, KEY_DIGITS)
  const folder = join(cacheRoot(env), `kafka-${KAFKA_VERSION}-${key}`)
  await ensureMade(folder, async (draft) => {
    const mvn = findProgram('mvn', env)
    if (mvn === undefined) throw new EngineUnavailable('Kafka', `${MVN_MISSING} ${MVN_REMEDY}.`)
    progress?.(`downloading Kafka ${KAFKA_VERSION} with Maven, once for this machine (60 MB)`)
    writeFileSync(join(draft, 'pom.xml'), POM)
    const jars = join(draft, 'lib')
    mkdirSync(jars)
    // -C: a download that does not match its checksum in the repository is a failure, not a warning.
    const args = ['-q', '-B', '-C', COPY_JARS, `-DoutputDirectory=${jars}`, '-DincludeScope=runtime']
    await runTool({ program: mvn, args, env, folder: draft, limitMs: LIMIT_MS, signal }).catch(
      (error: unknown) => {
        signal?.throwIfAborted()
        if (error instanceof ToolFailure)
          throw new EngineUnavailable('Kafka', error.message, { cause: error })
        throw error
      },
    )
    await assertChecksums(jars, parseChecksums(pins))
  })
  return { origin: folder, version: KAFKA_VERSION, jars: join(folder, 'lib') }
}

const MVN_MISSING = 'Maven downloads it, and there is no `mvn` on the PATH.'
const MVN_REMEDY = 'Install it (Debian: apt-get install maven; macOS: brew install maven)'
