import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { findProgram } from '../engines/provision/tools.js'
import { inRepository } from '../repository.js'

/** What every machine has. */
const ORDINARY = ['bash', 'cat', 'env', 'sed']

const JAVA_8 = `echo 'openjdk version "1.8.0_402"' >&2`
const JAVA_17 = `echo 'openjdk version "17.0.15" 2025-04-15' >&2`
const TIMEOUT = 'shift 2; exec "$@"'
/** A package that is installed in the run level of maintenance starts no service. */
const APT_GET = 'echo "$RUNLEVEL $*" >> "$CALLS"'

interface Machine extends Disposable {
  run(): {
    code: number | null
    output: string
    installed: readonly string[]
    levels: readonly string[]
  }
}

/** A machine that has these programs, by what they do, and the ordinary ones. */
function aMachine(programs: Readonly<Record<string, string>>): Machine {
  const folder = mkdtempSync(join(tmpdir(), 'votestream-tools-'))
  const calls = join(folder, 'calls')
  writeFileSync(calls, '')
  for (const name of ORDINARY) symlinkSync(findProgram(name, process.env) ?? '', join(folder, name))
  for (const [name, script] of Object.entries({ timeout: TIMEOUT, ...programs })) {
    writeFileSync(join(folder, name), `#!${join(folder, 'bash')}\n${script}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  return {
    run: () => {
      const { status, stdout, stderr } = spawnSync(
        join(folder, 'bash'),
        [inRepository('.ci/install-tools')],
        {
          env: { PATH: folder, CALLS: calls },
          encoding: 'utf8',
        },
      )
      const installations = readFileSync(calls, 'utf8')
        .split('\n')
        .filter((line) => line.includes(' install '))
      return {
        code: status,
        output: stdout + stderr,
        installed: installations.map((line) =>
          line.slice(line.indexOf('--no-install-recommends') + '--no-install-recommends '.length),
        ),
        levels: installations.map((line) => line.slice(0, line.indexOf(' '))),
      }
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

const debian = {
  'apt-get': APT_GET,
  'apt-cache': '[ "$2" != openjdk-17-jre-headless ] || echo "Package: $2"',
  id: 'echo 0',
}
const everything = {
  java: JAVA_17,
  mvn: 'exit 0',
  python3: 'exit 0',
  nginx: 'exit 0',
  go: 'exit 0',
  openssl: 'exit 0',
}

test('a machine that has everything is left alone, in silence', () => {
  using machine = aMachine({ ...debian, ...everything })

  expect(machine.run()).toMatchObject({ code: 0, output: '', installed: [] })
})

test('a bare machine gets all of it by name', () => {
  using machine = aMachine(debian)

  const { code, output, installed } = machine.run()

  expect(code).toBe(0)
  expect(output).toContain(
    'missing for tests and checks: java maven python3-pip nginx-light golang-go openssl python3',
  )
  expect(installed).toEqual([
    'openjdk-17-jre-headless maven python3-pip nginx-light golang-go openssl python3',
  ])
})

test.each([
  ['a Java that is too old', { java: JAVA_8 }, 'openjdk-17-jre-headless'],
  ['a Python without pip', { python3: 'exit 1' }, 'python3-pip'],
])('%s is as good as none', (_name, own, missing) => {
  using machine = aMachine({ ...debian, ...everything, ...own })

  expect(machine.run().installed).toEqual([missing])
})

test.each([
  ['valkey-server', 'python3', ['python3']],
  ['kafka-server-start.sh', 'mvn', []],
])('who has %s needs no %s', (has, without, installed) => {
  const { [without]: _left, ...programs } = { ...everything, [has]: 'exit 0' } as Record<string, string>
  using machine = aMachine({ ...debian, ...programs })

  expect(machine.run().installed).toEqual(installed)
})

test.each([
  ['where only root may', { ...debian, id: 'echo 1000' }, 'not installed: only root may'],
  ['without apt', { id: 'echo 0' }, 'not installed: there is no apt-get here'],
])('%s the tests themselves tell what is missing', (_name, programs, word) => {
  using machine = aMachine(programs)

  const { code, output, installed } = machine.run()

  expect(code).toBe(0)
  expect(output).toContain(word)
  expect(installed).toEqual([])
})

test('what cannot be installed does not keep the rest away', () => {
  const failing = `${APT_GET}; case "$*" in *maven*) exit 100;; esac`
  using machine = aMachine({ ...debian, 'apt-get': failing })

  const { code, output, installed } = machine.run()

  expect(code).toBe(0)
  expect(output).toContain('maven could not be installed')
  expect(installed.slice(1)).toEqual([
    'openjdk-17-jre-headless',
    'maven',
    'python3-pip',
    'nginx-light',
    'golang-go',
    'openssl',
    'python3',
  ])
})

test.each([
  ['nginx', 'nginx-light'],
  ['go', 'golang-go'],
  ['openssl', 'openssl'],
])('a machine without %s gets it', (without, packageName) => {
  const { [without]: _left, ...programs } = everything as Record<string, string>
  using machine = aMachine({ ...debian, ...programs })

  expect(machine.run().installed).toEqual([packageName])
})

test('what is installed starts no service', () => {
  using machine = aMachine(debian)

  expect(machine.run().levels).toEqual(['1'])
})
