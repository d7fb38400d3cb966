import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { EngineUnavailable } from './engine-unavailable.js'
import { installedKafka } from './find-kafka.js'
import { installedRedis } from './find-redis.js'
import { machineKafka } from './kafka/machine-kafka.js'

/** A machine with these programs, which are scripts, and an empty cache. */
function aMachine(programs: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'votestream-machine-'))
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  for (const [name, script] of Object.entries(programs)) writeProgram(join(bin, name), script)
  const said: string[] = []
  return {
    folder,
    said,
    env: { PATH: bin, XDG_CACHE_HOME: join(folder, 'cache') },
    progress: (text: string) => void said.push(text),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}

function writeProgram(path: string, script: string): void {
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
}

function anUnpackedKafka(folder: string, version: string): string {
  mkdirSync(join(folder, 'libs'), { recursive: true })
  mkdirSync(join(folder, 'bin'))
  writeFileSync(join(folder, 'libs', `kafka_2.13-${version}.jar`), '')
  writeProgram(join(folder, 'bin', 'kafka-server-start.sh'), 'exit 0')
  return folder
}

const JAVA = 'echo \'openjdk version "17.0.15"\' >&2'

describe('Kafka', () => {
  test('is the unpacked one of KAFKA_HOME before any other', () => {
    using machine = aMachine()
    const home = anUnpackedKafka(join(machine.folder, 'kafka'), '4.2.0')

    expect(machineKafka({ env: { ...machine.env, KAFKA_HOME: home } })).toEqual({
      origin: 'KAFKA_HOME',
      version: '4.2.0',
      jars: join(home, 'libs'),
    })
  })

  test('is the unpacked one whose script is on the PATH, be it by a link', () => {
    using machine = aMachine()
    const home = anUnpackedKafka(join(machine.folder, 'kafka'), '4.2.0')
    const link = join(machine.env.PATH, 'kafka-server-start.sh')
    symlinkSync(join(home, 'bin', 'kafka-server-start.sh'), link)

    expect(machineKafka(machine)).toMatchObject({ origin: link, jars: expect.stringMatching(/kafka\/libs$/) })
  })

  test('that is too old is passed over, and that is said', () => {
    using machine = aMachine()
    const home = anUnpackedKafka(join(machine.folder, 'kafka'), '3.9.1')

    expect(machineKafka({ ...machine, env: { ...machine.env, PATH: join(home, 'bin') } })).toBeUndefined()
    expect(machine.said.join('\n')).toMatch(/is not used: it is Kafka 3\.9\.1/)
  })

  test('in a wrong KAFKA_HOME is an error, not a reason to take another', async () => {
    using machine = aMachine({ java: JAVA })
    const env = { ...machine.env, KAFKA_HOME: machine.folder }

    await expect(installedKafka({ env })).rejects.toThrow(/KAFKA_HOME is .*, and there is no Kafka in/)
  })

  test('cannot be had without Java, and there are other ways', async () => {
    using machine = aMachine()

    const failure = await installedKafka(machine).catch((error: unknown) => error)

    expect(failure).toBeInstanceOf(EngineUnavailable)
    expect(failure).toMatchObject({
      engine: 'Kafka',
      exitCode: 1,
      reason: expect.stringContaining('no `java` on the PATH'),
    })
    expect(failure).toMatchObject({
      message: expect.stringMatching(/KAFKA_BROKERS[^]*docker compose -f local\/compose.yaml/),
    })
  })

  test('cannot be had without Maven', async () => {
    using machine = aMachine({ java: JAVA })

    await expect(installedKafka(machine)).rejects.toThrow(
      /no `mvn` on the PATH. Install it \(Debian: apt-get install maven/,
    )
  })

  test('cannot be had when Maven fails, which is quoted', async () => {
    using machine = aMachine({ java: JAVA, mvn: 'echo "[ERROR] Unknown host repo.maven.apache.org"; exit 1' })

    await expect(installedKafka(machine)).rejects.toThrow(EngineUnavailable)
    await expect(installedKafka(machine)).rejects.toThrow('Unknown host repo.maven.apache.org')
  })

  test('that is not the pinned one is refused, which is no reason to skip anything', async () => {
    using machine = aMachine({ java: JAVA, mvn: 'echo evil > lib/kafka_2.13-4.4.0.jar' })

    const failure = await installedKafka(machine).catch((error: unknown) => error)

    expect(failure).not.toBeInstanceOf(EngineUnavailable)
    expect(failure).toMatchObject({
      message: expect.stringMatching(/kafka_2\.13-4\.4\.0\.jar has the SHA-256/),
    })
  })

  test('cannot be had with a Java that is too old', async () => {
    using machine = aMachine({ java: 'echo \'openjdk version "11.0.2"\' >&2' })
    const home = anUnpackedKafka(join(machine.folder, 'kafka'), '4.2.0')

    await expect(installedKafka({ env: { ...machine.env, KAFKA_HOME: home } })).rejects.toThrow(
      /is Java 11. Install version 17/,
    )
  })
})

describe('Redis', () => {
  test('is Valkey before Redis', async () => {
    using machine = aMachine({
      'redis-server': 'echo "Redis server v=7.0.15 sha=0:0 malloc=jemalloc bits=64"',
      'valkey-server': 'echo "Valkey server v=8.1.0 sha=0:0 malloc=libc bits=64"',
    })
    const program = join(machine.env.PATH, 'valkey-server')

    expect(await installedRedis(machine)).toEqual({ origin: program, version: '8.1.0', program })
  })

  test('that is too old or broken is passed over, and that is said', async () => {
    using machine = aMachine({
      'valkey-server': 'exit 1',
      'redis-server': 'echo "Redis server v=5.0.7 sha=0:0"',
    })

    await expect(installedRedis(machine)).rejects.toThrow(EngineUnavailable)
    expect(machine.said).toEqual([
      expect.stringMatching(/valkey-server is not used: its version is unknown/),
      expect.stringMatching(/redis-server is not used: its version is 5\.0\.7/),
    ])
  })

  test('cannot be had without Python, and there are other ways', async () => {
    using machine = aMachine()

    const failure = await installedRedis(machine).catch((error: unknown) => error)

    expect(failure).toMatchObject({
      engine: 'Redis',
      reason: expect.stringContaining('no `python3` on the PATH'),
    })
    expect(failure).toMatchObject({
      message: expect.stringMatching(/REDIS_URL[^]*docker compose -f local\/compose.yaml/),
    })
  })

  test('cannot be had without pip', async () => {
    using machine = aMachine({ python3: 'echo "/usr/bin/python3: No module named pip" >&2; exit 1' })

    await expect(installedRedis(machine)).rejects.toThrow(
      /this python3 has none. Install it \(Debian: apt-get install python3-pip/,
    )
  })

  test('cannot be had where pip refuses what it downloaded', async () => {
    using machine = aMachine({ python3: 'echo "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES" >&2; exit 1' })

    await expect(installedRedis(machine)).rejects.toThrow(/DO NOT MATCH THE HASHES/)
    expect(dirname(machine.env.XDG_CACHE_HOME)).toBe(machine.folder)
  })
})
