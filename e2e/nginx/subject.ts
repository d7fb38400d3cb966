import { afterAll, beforeAll } from '@jest/globals'
import { openRest, type Rest } from '../client/rest.js'
import { startMesh, type RunningMesh } from '../mesh.js'
import { replicasOf } from '../run-record.js'
import { settingsOf } from './annotations.js'
import { asStrangers } from './clients.js'
import { readIngresses, type Ingress } from './ingress-objects.js'
import { runNginx, type RunningNginx } from './run-nginx.js'
import { serverConf } from './server-conf.js'

/** A mesh of two gateways and two realtimes, and Nginx in front of them with what the chart's production example asks for. */
export interface NginxSubject {
  readonly mesh: RunningMesh
  readonly nginx: RunningNginx
  /** Each request comes from an address of its own. */
  readonly strangers: Rest
  readonly limit: { readonly burst: number; readonly refillMs: number }
  /** The replicas of a service as Nginx knows them, `address:port`. */
  addressesOf(service: Balanced): Promise<readonly string[]>
  /** Starts another Nginx whose host has these annotations as well, as the chart's `ingress.annotations` gives them. */
  runNginxWith(annotations: Readonly<Record<string, string>>): Promise<RunningNginx>
}

export type Balanced = 'gateway' | 'realtime'

/** Whom Nginx believes what it says of a client's address; nobody else of 127.0.0.0/8. */
const LOAD_BALANCER = '127.0.0.1'
/** Few enough to be reached by a test, and more than the observers of a contest need, who share one. */
const STREAMS_OF_AN_ADDRESS = 20

/** Starts everything before the first test of the calling block and stops it after the last one. */
export const aSubject = (): NginxSubject => {
  let running: NginxSubject | undefined
  const theOne = (): NginxSubject => {
    if (running === undefined) throw new Error('Nginx is not running yet')
    return running
  }
  beforeAll(async () => {
    const ingresses = await readIngresses()
    const mesh = await startMesh({
      full: true,
      replicas: { gateway: 2, realtime: 2 },
      env: { TRUSTED_PROXIES: LOAD_BALANCER, MAX_CONNECTIONS_PER_ADDRESS: String(STREAMS_OF_AN_ADDRESS) },
    })
    running = await startNginx(mesh, ingresses).catch(async (error: unknown) => {
      await mesh.stop()
      throw error
    })
  })
  afterAll(async () => {
    running?.strangers[Symbol.dispose]()
    await running?.nginx[Symbol.asyncDispose]()
    await running?.mesh.stop()
  })
  return {
    get mesh() {
      return theOne().mesh
    },
    get nginx() {
      return theOne().nginx
    },
    get strangers() {
      return theOne().strangers
    },
    get limit() {
      return theOne().limit
    },
    addressesOf: (service) => theOne().addressesOf(service),
    runNginxWith: (annotations) => theOne().runNginxWith(annotations),
  }
}

const startNginx = async (mesh: RunningMesh, ingresses: readonly Ingress[]): Promise<NginxSubject> => {
  const addressesOf = async (service: Balanced): Promise<readonly string[]> =>
    (await replicasOf(mesh.runFolder, service)).map(({ url }) => new URL(url).host)
  const backends = { gateway: await addressesOf('gateway'), realtime: await addressesOf('realtime') }
  const endpoints = (name: string): readonly string[] => {
    const [, service] = /-(gateway|realtime)$/.exec(name) ?? []
    if (service === undefined) throw new Error(`no Service of the chart that takes HTTP: ${name}`)
    return backends[service as Balanced]
  }
  const runNginxWith = (annotations: Readonly<Record<string, string>>): Promise<RunningNginx> =>
    runNginx((port) =>
      serverConf(onMaster(ingresses, annotations), endpoints, { listen: port, realIpFrom: LOAD_BALANCER }),
    )
  const nginx = await runNginxWith({})
  const strangers = asStrangers(openRest(nginx.url))
  return { mesh, nginx, strangers, limit: limitIn(ingresses), addressesOf, runNginxWith }
}

const onMaster = (
  ingresses: readonly Ingress[],
  annotations: Readonly<Record<string, string>>,
): readonly Ingress[] =>
  ingresses.map((each) =>
    each.metadata.annotations?.['nginx.org/mergeable-ingress-type'] === 'master'
      ? {
          ...each,
          metadata: { ...each.metadata, annotations: { ...each.metadata.annotations, ...annotations } },
        }
      : each,
  )

/** The limit of the API, which is whatever no other Ingress has a path for. */
const limitIn = (ingresses: readonly Ingress[]): NginxSubject['limit'] => {
  const limited = ingresses.find(({ spec }) =>
    spec.rules.some(({ http }) => http?.paths.some(({ path }) => path === '/')),
  )
  if (limited === undefined) throw new Error('no Ingress has the path /')
  const settings = settingsOf(limited)
  const [, count, unit] = /^(\d+)r\/([sm])$/.exec(settings('limit-req-rate') ?? '') ?? []
  return {
    burst: Number(settings('limit-req-burst')),
    refillMs: (unit === 's' ? 1_000 : 60_000) / Number(count),
  }
}
