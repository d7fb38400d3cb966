import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Stores } from '../accounts/stores.js'
import type { Namespace } from './kubernetes.js'
import { KUBECTL } from './programs.js'
import type { GivenStores } from './settings.js'

/** What the mesh of a cluster keeps its data in. */
export interface DataServices extends AsyncDisposable {
  /** Values of the chart: where they are. */
  readonly values: Readonly<Record<string, unknown>>
  /** How this process reads them. The log of k8s/dev cannot be read from outside: its broker names itself by a name of the cluster. */
  readonly stores: Stores
}

const PASSWORD = 'of-this-suite'
const READY_LIMIT = '240s'
const DEV = fileURLToPath(new URL('../../k8s/dev', import.meta.url))

/** Makes the secrets of services that run already, under the names that the chart's dev values have. */
export const useGiven = async (namespace: Namespace, given: GivenStores): Promise<DataServices> => {
  const { postgres, redis, kafka } = given
  const roles = ['owner', 'polls', 'votes'].map((role) => [`${role}-password`, PASSWORD] as const)
  await namespace.apply(
    secret('votestream-postgres', {
      ...Object.fromEntries(roles),
      'admin-password': decodeURIComponent(postgres.password),
    }),
  )
  await namespace.apply(
    secret('votestream-polls', { 'manage-secret': `${PASSWORD}-and-nothing-else-at-all` }),
  )
  await namespace.apply(secret('votestream-redis', { password: decodeURIComponent(redis.password) }))
  const database = new URL(postgres)
  database.pathname = '/votestream'
  return {
    values: {
      postgres: { host: postgres.hostname, port: Number(postgres.port), adminUser: postgres.username },
      redis: { host: redis.hostname, port: Number(redis.port) },
      kafka: { brokers: kafka },
    },
    stores: { postgres: database.href, redis: redis.href, kafka },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

const secret = (name: string, stringData: Readonly<Record<string, string>>): unknown => ({
  ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name } },
  stringData,
})

/** Installs k8s/dev and resolves when its three servers are ready. */
export const installDev = async (namespace: Namespace): Promise<DataServices> => {
  await namespace.kubectl('apply', '--kustomize', DEV)
  await namespace.kubectl(
    ...['wait', '--for=condition=Ready', 'pod', '--timeout', READY_LIMIT],
    ...['--selector', 'app.kubernetes.io/part-of=votestream-dev'],
  )
  const { data } = await namespace.get<{ readonly data: Readonly<Record<string, string>> }>(
    'secret',
    'votestream-postgres',
  )
  const password = Buffer.from(data['admin-password'] ?? '', 'base64').toString('utf8')
  const postgres = await forward(namespace, 'service/postgres', 5432)
  return {
    values: {},
    stores: { postgres: `postgres://postgres:${password}@127.0.0.1:${postgres.port}/votestream` },
    [Symbol.asyncDispose]: () => postgres.end(),
  }
}

/** Lets this process reach a port of the cluster, by `kubectl port-forward`. */
const forward = (
  { name }: Namespace,
  target: string,
  port: number,
): Promise<{ readonly port: number; end(): Promise<void> }> =>
  new Promise((resolve, reject) => {
    const child = spawn(KUBECTL, ['--namespace', name, 'port-forward', target, `:${port}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = new Promise<void>((done) => child.once('close', () => done()))
    const end = async (): Promise<void> => {
      child.kill()
      await ended
    }
    child.once('error', reject)
    child.once('close', () => reject(new Error(`${target} could not be forwarded`)))
    createInterface({ input: child.stdout }).once('line', (line) => {
      resolve({ port: Number(/127\.0\.0\.1:(\d+)/.exec(line)?.[1]), end })
    })
  })
