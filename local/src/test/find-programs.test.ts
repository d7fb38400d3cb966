import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from '@jest/globals'
import { ExpectedFailure } from '../expected-failure.js'
import { findKubernetes, findNginx, findPrometheus, findPython } from './find-programs.js'

/** A folder in which there are these programs. */
function aFolder(...programs: readonly string[]): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'votestream-programs-'))
  for (const name of programs) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), '')
    chmodSync(join(path, name), 0o755)
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}

const CACHED = 'votestream/tools/bin'

test('Nginx is found on the PATH', () => {
  using folder = aFolder('nginx')

  expect(findNginx({ PATH: folder.path })).toEqual({ VOTESTREAM_TEST_NGINX: join(folder.path, 'nginx') })
})

test('Prometheus is found on the PATH before the one among the pinned tools', () => {
  using folder = aFolder('prometheus')
  using cache = aFolder(`${CACHED}/prometheus`)

  expect(findPrometheus({ PATH: folder.path, XDG_CACHE_HOME: cache.path })).toEqual({
    VOTESTREAM_TEST_PROMETHEUS: join(folder.path, 'prometheus'),
  })
  expect(findPrometheus({ PATH: '', XDG_CACHE_HOME: cache.path })).toEqual({
    VOTESTREAM_TEST_PROMETHEUS: join(cache.path, CACHED, 'prometheus'),
  })
})

test('PROMETHEUS_BIN goes before everything else', () => {
  using folder = aFolder('prometheus', 'mine')

  expect(findPrometheus({ PATH: folder.path, PROMETHEUS_BIN: join(folder.path, 'mine') })).toEqual({
    VOTESTREAM_TEST_PROMETHEUS: join(folder.path, 'mine'),
  })
})

test('a PROMETHEUS_BIN that is no program is told, and nothing else is taken', () => {
  using folder = aFolder('prometheus')

  const find = () => findPrometheus({ PATH: folder.path, PROMETHEUS_BIN: '/nowhere/prometheus' })

  expect(find).toThrow('PROMETHEUS_BIN is /nowhere/prometheus, and that is no program')
  expect(find).toThrow(ExpectedFailure)
})

test('where there is no Prometheus it is said where it was looked for and what to install', () => {
  using empty = aFolder()

  const find = () => findPrometheus({ PATH: '', XDG_CACHE_HOME: empty.path })

  expect(find).toThrow(
    `no \`prometheus\` on the PATH nor in ${join(empty.path, CACHED)}.\nInstall prometheus`,
  )
})

test.each(['Python 3.9.2', 'Python 3.14.0', 'Python 4.0.1'])('%s is taken', (version) => {
  using folder = aFolder('python3')
  writeFileSync(join(folder.path, 'python3'), `#!/bin/sh\necho ${version}\n`)

  expect(findPython({ PATH: folder.path })).toEqual({ VOTESTREAM_TEST_PYTHON: join(folder.path, 'python3') })
})

test.each([
  ['Python 3.8.10', 'says that it is Python 3.8.10: the checker needs Python 3.9 or newer'],
  ['Python 2.7.18', 'says that it is Python 2.7.18: the checker needs Python 3.9 or newer'],
  ['', 'says that it is nothing: the checker needs Python 3.9 or newer'],
])('a python3 that says "%s" is told', (version, told) => {
  using folder = aFolder('python3')
  writeFileSync(join(folder.path, 'python3'), `#!/bin/sh\necho ${version}\n`)

  expect(() => findPython({ PATH: folder.path })).toThrow(told)
})

test('where there is no Python it is said what to install', () => {
  expect(() => findPython({ PATH: '' })).toThrow(
    'there is no python3 on the PATH\nInstall Python 3.9 or newer',
  )
})

test('a cluster is one that KUBECONFIG names, with kubectl and helm to drive it', () => {
  using folder = aFolder('kubectl', 'helm')

  expect(findKubernetes({ PATH: folder.path, KUBECONFIG: '/some/config' })).toEqual({
    VOTESTREAM_TEST_KUBECTL: join(folder.path, 'kubectl'),
    VOTESTREAM_TEST_HELM: join(folder.path, 'helm'),
  })
})

test('everything that a cluster lacks is told at once', () => {
  using empty = aFolder()

  expect(() => findKubernetes({ PATH: empty.path, XDG_CACHE_HOME: empty.path })).toThrow(
    'no Kubernetes is available here: KUBECONFIG is not set, there is no kubectl on the PATH, there is no helm on the PATH\n',
  )
})

test.each(['kubectl', 'helm'])('no cluster can be driven without %s', (missing) => {
  using folder = aFolder(...['kubectl', 'helm'].filter((name) => name !== missing))

  expect(() =>
    findKubernetes({ PATH: folder.path, KUBECONFIG: '/some/config', XDG_CACHE_HOME: folder.path }),
  ).toThrow(`no Kubernetes is available here: there is no ${missing} on the PATH\n`)
})
