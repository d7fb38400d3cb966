import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from '@jest/globals'
import { EngineUnavailable } from './engine-unavailable.js'
import { installedPrometheus } from './find-prometheus.js'

/** A machine with empty folders for programs and for what is cached. */
function aMachine() {
  const folder = mkdtempSync(join(tmpdir(), 'votestream-machine-'))
  return {
    env: { PATH: join(folder, 'bin'), XDG_CACHE_HOME: join(folder, 'cache') },
    add: (path: string): string => {
      const program = join(folder, path)
      mkdirSync(dirname(program), { recursive: true })
      writeFileSync(program, '#!/bin/sh\n')
      chmodSync(program, 0o755)
      return program
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}

test('Prometheus is the chosen one before that on the PATH before that of the tools', () => {
  using machine = aMachine()
  const tool = machine.add('cache/votestream/tools/bin/prometheus')
  const alone = installedPrometheus(machine.env)
  const onPath = machine.add('bin/prometheus')
  const chosen = machine.add('mine/prometheus-3')

  expect([alone, installedPrometheus(machine.env)]).toEqual([tool, onPath])
  expect(installedPrometheus({ ...machine.env, PROMETHEUS_BIN: chosen })).toBe(chosen)
})

test('where there is none, what to install is said', () => {
  using machine = aMachine()

  expect(() => installedPrometheus(machine.env)).toThrow(
    expect.objectContaining({
      exitCode: 1,
      message: expect.stringMatching(/no `prometheus` on the PATH(.|\n)*PROMETHEUS_BIN/),
    }),
  )
})

test('a wrong PROMETHEUS_BIN is an error, not a reason to take another', () => {
  using machine = aMachine()
  machine.add('bin/prometheus')

  expect(() => installedPrometheus({ ...machine.env, PROMETHEUS_BIN: '/nowhere' })).toThrow(EngineUnavailable)
})
