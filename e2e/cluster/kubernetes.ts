import { expect } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { KUBECTL } from './programs.js'
import { run } from './run.js'

export interface Pod {
  readonly name: string
  readonly ip: string
  readonly ready: boolean
  /** It was told to end. */
  readonly leaving: boolean
  readonly restarts: number
  readonly images: readonly string[]
}

/** One namespace of a cluster. */
export interface Namespace {
  readonly name: string
  /** Runs kubectl in it. */
  kubectl(...args: readonly string[]): Promise<string>
  /** Creates or changes objects, as the server would take them. */
  apply(object: unknown): Promise<string>
  /** What kubectl tells of objects as JSON. */
  get<T>(...args: readonly string[]): Promise<T>
  /** The pods of a workload, or of a whole release. */
  pods(component?: string): Promise<readonly Pod[]>
  /** Restarts a Deployment's pods one after the other and resolves when that is done. */
  restart(deployment: string): Promise<void>
  /** Resolves when so many pods of a workload are ready and no other one is left. */
  untilReady(component: string, count: number, withinMs: number): Promise<void>
}

const RELEASE = 'app.kubernetes.io/instance=votestream'

/** Speaks of one namespace by kubectl. */
export const namespaceOf = (name: string): Namespace => {
  const kubectl = (...args: readonly string[]): Promise<string> =>
    run(KUBECTL, ['--namespace', name, ...args])
  const get = async <T>(...args: readonly string[]): Promise<T> =>
    JSON.parse(await kubectl('get', ...args, '--output', 'json')) as T
  const pods = async (component?: string): Promise<readonly Pod[]> => {
    const selector = component === undefined ? RELEASE : `${RELEASE},app.kubernetes.io/component=${component}`
    const { items } = await get<{ readonly items: readonly PodObject[] }>('pods', '--selector', selector)
    return items.map(podOf)
  }
  return {
    ...{ name, kubectl, get, pods },
    apply: (object) =>
      run(KUBECTL, ['--namespace', name, 'apply', '--server-side', '--filename', '-'], {
        input: JSON.stringify(object),
      }),
    restart: async (deployment) => {
      await kubectl('rollout', 'restart', `deployment/${deployment}`)
      await kubectl('rollout', 'status', `deployment/${deployment}`, '--timeout=240s')
    },
    untilReady: (component, count, withinMs) =>
      eventually(
        async () => {
          const there = await pods(component)
          expect(there.map(({ ready, leaving }) => ready && !leaving)).toEqual(
            Array.from({ length: count }, () => true),
          )
        },
        { timeoutMs: withinMs },
      ),
  }
}

interface PodObject {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string }
  readonly spec: { readonly containers: readonly { readonly image: string }[] }
  readonly status: {
    readonly podIP?: string
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
    readonly containerStatuses?: readonly { readonly restartCount: number }[]
  }
}

const podOf = ({ metadata, spec, status }: PodObject): Pod => ({
  name: metadata.name,
  ip: status.podIP ?? '',
  ready: status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false,
  leaving: metadata.deletionTimestamp !== undefined,
  restarts: (status.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0),
  images: spec.containers.map(({ image }) => image),
})
