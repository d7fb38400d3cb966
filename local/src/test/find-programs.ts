import { spawnSync } from 'node:child_process'
import { delimiter } from 'node:path'
import { installedPrometheus, toolsFolder } from '../engines/find-prometheus.js'
import { findProgram } from '../engines/provision/tools.js'
import { ExpectedFailure } from '../expected-failure.js'

/** Variables that tell the suites where a program is. */
type ProgramEnv = Readonly<Record<string, string>>

/** Debian puts servers there, and leaves it out of the PATH of anybody but root. */
const SERVERS = '/usr/sbin'

/** Finds Nginx, of which suites start one of their own; throws, with what to install, where there is none. */
export const findNginx = (env: NodeJS.ProcessEnv): ProgramEnv => {
  const program = findProgram('nginx', also(env, SERVERS))
  if (program !== undefined) return { VOTESTREAM_TEST_NGINX: program }
  throw new ExpectedFailure(
    [
      `Nginx is not available here: there is no nginx on the PATH nor in ${SERVERS}`,
      'Install nginx-light (Debian, Ubuntu) or nginx; no service of it needs to run.',
    ].join('\n'),
  )
}

/** Finds Prometheus, of which suites start one of their own; throws, with what to install, where there is none. */
export const findPrometheus = (env: NodeJS.ProcessEnv): ProgramEnv => ({
  VOTESTREAM_TEST_PROMETHEUS: installedPrometheus(env),
})

/** The oldest with what the checker's sources use. */
const OLDEST_PYTHON: readonly [number, number] = [3, 9]

/** Finds Python, in which the checker of histories is written; throws, with what to install, where there is none or an old one. */
export const findPython = (env: NodeJS.ProcessEnv): ProgramEnv => {
  const program = findProgram('python3', env)
  const wanted = OLDEST_PYTHON.join('.')
  if (program === undefined)
    throw new ExpectedFailure(
      `Python is not available here: there is no python3 on the PATH\nInstall Python ${wanted} or newer; nothing else of it is needed.`,
    )
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' })
  const [major = 0, minor = 0] = (/^Python (\d+)\.(\d+)/.exec(stdout) ?? []).slice(1).map(Number)
  const [oldest, oldestMinor] = OLDEST_PYTHON
  if (major < oldest || (major === oldest && minor < oldestMinor))
    throw new ExpectedFailure(
      `${program} says that it is ${stdout.trim() || 'nothing'}: the checker needs Python ${wanted} or newer`,
    )
  return { VOTESTREAM_TEST_PYTHON: program }
}

/** Finds what drives the cluster that KUBECONFIG names; throws, with what is missing, where that cannot be. */
export const findKubernetes = (env: NodeJS.ProcessEnv): ProgramEnv => {
  const tools = also(env, toolsFolder(env))
  const [kubectl, helm] = [findProgram('kubectl', tools), findProgram('helm', tools)]
  const missing = [
    ...((env.KUBECONFIG ?? '').trim() === '' ? ['KUBECONFIG is not set'] : []),
    ...(kubectl === undefined ? ['there is no kubectl on the PATH'] : []),
    ...(helm === undefined ? ['there is no helm on the PATH'] : []),
  ]
  if (kubectl !== undefined && helm !== undefined && missing.length === 0)
    return { VOTESTREAM_TEST_KUBECTL: kubectl, VOTESTREAM_TEST_HELM: helm }
  throw new ExpectedFailure(
    [
      `no Kubernetes is available here: ${missing.join(', ')}`,
      'Set KUBECONFIG to that of a cluster in which a namespace may be made and removed, and install kubectl and helm.',
    ].join('\n'),
  )
}

const also = (env: NodeJS.ProcessEnv, folder: string): NodeJS.ProcessEnv => ({
  ...env,
  PATH: [...(env.PATH ?? '').split(delimiter), folder].join(delimiter),
})
