import { createHash } from 'node:crypto'
import { existsSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { EngineContext } from '../engine-context.js'
import { freePorts } from '../../processes/free-ports.js'
import { cacheRoot, ensureMade } from '../provision/cache-folder.js'
import { startEngine } from '../start-engine.js'
import { kafkaGuardSpec } from './guard-spec.js'
import { assertJava } from './java.js'
import { classPathOf, type KafkaInstallation } from './kafka-installation.js'

type WithoutArchive = Omit<KafkaInstallation, 'classArchive'>

const ARCHIVE = 'classes.jsa'
const PREFIX = 'kafka-classes-'
/** A start without an archive, on a machine that has other things to do. */
const START_LIMIT_MS = 120_000
const KEY_DIGITS = 12

/**
 * Makes sure of the archive of loaded classes (class-data sharing) for these jars and this Java, by starting and
 * stopping a broker once. It is a matter of speed only: the JVM checks it and does without when it does not fit.
 */
export async function withClassArchive(
  found: WithoutArchive,
  context: EngineContext,
): Promise<KafkaInstallation> {
  const forJars = `${PREFIX}${shortHash(classPathOf(found.jars))}-`
  const folder = join(cacheRoot(context.env), `${forJars}${shortHash(traitsOf(found.java))}`)
  await ensureMade(folder, async (draft) => {
    await assertJava(found.java, context.env)
    context.progress?.(`starting Kafka ${found.version} once, to make its later starts faster`)
    await train(found, draft, context)
    removeOthers(folder, forJars)
  })
  const archive = join(folder, ARCHIVE)
  // A Java that cannot write one is not asked again.
  return { ...found, classArchive: existsSync(archive) ? archive : undefined }
}

/** Runs a broker on data of its own; it writes the archive as it ends. */
async function train(found: WithoutArchive, folder: string, { env, signal }: EngineContext): Promise<void> {
  const [port = 0, controllerPort = 0] = await freePorts(2)
  const stateFolder = join(folder, 'state')
  const installation = { ...found, classArchive: undefined }
  const writeArchive = join(folder, ARCHIVE)
  const spec = kafkaGuardSpec({ stateFolder, port, controllerPort, installation, env, writeArchive })
  const engine = await startEngine(spec, { limitMs: START_LIMIT_MS, signal })
  await engine.stop()
  signal?.throwIfAborted()
  rmSync(stateFolder, { recursive: true, force: true })
}

/** Archives for a Java that was replaced since: 50 MB each. What others are just making is left alone. */
function removeOthers(folder: string, forJars: string): void {
  const root = dirname(folder)
  const stale = readdirSync(root).filter((name) => /^[\w-]+$/.test(name) && name.startsWith(forJars))
  for (const name of stale) {
    if (name !== basename(folder)) rmSync(join(root, name), { recursive: true, force: true })
  }
}

/** A Java that was replaced has another size or time; asking it for its version would take as long as it saves. */
function traitsOf(java: string): string {
  const { size, mtimeMs } = statSync(java)
  return `${realpathSync(java)} ${size} ${mtimeMs}`
}

const shortHash = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, KEY_DIGITS)
