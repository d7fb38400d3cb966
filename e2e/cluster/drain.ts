import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Namespace } from './kubernetes.js'
import { KUBECTL } from './programs.js'
import { run } from './run.js'

export interface Drained {
  /** The fewest ready pods of each workload that were seen meanwhile. */
  readonly fewestReady: Readonly<Record<string, number>>
  /** How often a budget said no. */
  readonly refused: number
}

const LOOK_EVERY_MS = 500
/** On a cluster of one node, evicted pods find no place, so that the budgets must hold the rest back: this long is looked. */
const HELD_BACK_MS = 15_000
const LIMIT_MS = 240_000

/**
 * Drains a node that has pods of the release, as `kubectl drain` does it, and lets it take pods again. Where there is no other node, that
 * comes before the drain is over, which otherwise could never be.
 */
export const drainNodeOf = async (namespace: Namespace, workloads: readonly string[]): Promise<Drained> => {
  const nodes = (await run(KUBECTL, ['get', 'nodes', '--output', 'name'])).trim().split('\n')
  const node = (
    await namespace.kubectl('get', 'pods', '--output', 'jsonpath={.items[0].spec.nodeName}')
  ).trim()
  const fewestReady: Record<string, number> = {}
  const drain = startDrain(node, namespace.name)
  const openMs = performance.now() + HELD_BACK_MS
  try {
    while (!drain.over()) {
      const pods = await Promise.all(workloads.map((workload) => namespace.pods(workload)))
      workloads.forEach((workload, index) => {
        const ready = pods[index]?.filter((pod) => pod.ready).length ?? 0
        fewestReady[workload] = Math.min(fewestReady[workload] ?? ready, ready)
      })
      if (nodes.length === 1 && performance.now() > openMs) await reopen(node)
      await sleep(LOOK_EVERY_MS)
    }
    return { fewestReady, refused: await drain.ended }
  } finally {
    drain.stop()
    await reopen(node)
  }
}

/** As often as one likes. */
const reopen = async (node: string): Promise<void> => {
  await run(KUBECTL, ['uncordon', node])
}

const startDrain = (
  node: string,
  namespace: string,
): { readonly ended: Promise<number>; over(): boolean; stop(): void } => {
  const child = spawn(KUBECTL, [
    ...['drain', node, '--ignore-daemonsets', '--delete-emptydir-data', `--timeout=${LIMIT_MS / 1_000}s`],
    ...['--pod-selector', 'app.kubernetes.io/instance=votestream', '--namespace', namespace],
  ])
  let complained = ''
  child.stderr.on('data', (chunk: Buffer) => (complained += chunk.toString('utf8')))
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(complained.split('violate the pod').length - 1)
      else reject(new Error(`kubectl drain ended with ${String(code)}: ${complained}`))
    })
  })
  ended.catch(() => undefined) // whoever waits for it gets the error
  return {
    ended,
    over: () => child.exitCode !== null || child.signalCode !== null,
    stop: () => void child.kill(),
  }
}
