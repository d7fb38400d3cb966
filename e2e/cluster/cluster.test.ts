import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { settle } from '../accounts/settle.js'
import { NORMAL_WITHIN_MS, openContest, type Contest } from '../client/contest.js'
import { createPoll } from '../client/polls.js'
import { openRest, type Rest } from '../client/rest.js'
import { openSocket, type Stream } from '../client/streams.js'
import { badInput } from '../suites/bad-input.js'
import { exactlyOnce } from '../suites/exactly-once.js'
import { journeys } from '../suites/journeys.js'
import type { PublicSubject } from '../suites/subject.js'
import { scalingFaults } from './autoscaling.js'
import { installDev, useGiven, type DataServices } from './data-services.js'
import { drainNodeOf } from './drain.js'
import { makeNamespace } from './make-namespace.js'
import type { Namespace } from './kubernetes.js'
import { releaseIn, type Release, type Values } from './release.js'
import { readClusterSettings } from './settings.js'
import { openTranscript } from './transcript.js'

// Pods start one after the other on a small cluster, and helm waits for all of them.
jest.setTimeout(400_000)

const WORKLOADS = ['gateway', 'polls', 'votes', 'realtime'] as const
const REPLICAS = 2
const MOST_REALTIME = 3
/** So much that no load of this suite makes it scale by CPU: it is to scale by streams. */
const REALTIME_CPU = '300m'
const CONNECTIONS_PER_POD = 20
const SCALED_WITHIN_MS = 180_000
/** Ten pods and the voters may share two cores. */
const VOTES_A_SECOND = 60
/** What voters may be told while pods go and come; a 503 says when to retry, and 0 is a gateway that breaks off. */
const MAY_SEE = [0, 200, 202, 503, 504]

const settings = readClusterSettings(process.env)
const transcript = openTranscript(process.env.CLUSTER_TRANSCRIPT)
const { step, note } = transcript

let namespace: Namespace & AsyncDisposable
let release: Release
let services: DataServices
let rest: Rest

const subject: PublicSubject = {
  full: true,
  get mesh() {
    return { url: rest.url }
  },
  get rest() {
    return rest
  },
  stores: () => Promise.resolve(services.stores),
}

/** A mark makes other pods of the same images. */
const valuesFor = (tag: string, mark: string): Values => {
  const podAnnotations = { 'votestream/e2e': mark }
  const fixed = { podAnnotations, replicas: REPLICAS, autoscaling: { mode: 'none' } }
  return {
    image: { registry: settings.registry, tag },
    ...services.values,
    ...{ gateway: { ...fixed, rateLimitPerMinute: 0 }, polls: fixed, votes: fixed },
    realtime: {
      podAnnotations,
      resources: { requests: { cpu: REALTIME_CPU, memory: '96Mi' } },
      autoscaling: {
        ...{ mode: 'hpa', minReplicas: REPLICAS, maxReplicas: MOST_REALTIME },
        connections: { enabled: true, perPod: CONNECTIONS_PER_POD },
        // An audience is waited for ten minutes; a test has less time.
        scaleDown: { afterSeconds: 5, everySeconds: 5 },
      },
    },
  }
}

beforeAll(async () => {
  namespace = await makeNamespace(settings.namespace)
  release = releaseIn(namespace)
  services = await step('data services', () =>
    settings.given ? useGiven(namespace, settings.given) : installDev(namespace),
  )
  await step('helm install, until every pod is ready', () =>
    release.install(valuesFor(settings.tag, 'installed')),
  )
  const { spec } = await namespace.get<{ readonly spec: { readonly clusterIP: string } }>(
    'service',
    'votestream-gateway',
  )
  rest = openRest(settings.url ?? `http://${spec.clusterIP}:8080`)
})

afterAll(async () => {
  rest[Symbol.dispose]()
  await services[Symbol.asyncDispose]()
  await namespace[Symbol.asyncDispose]()
})

test('every pod is ready at its first start', async () => {
  const pods = await namespace.pods()

  expect(pods.filter(({ ready }) => ready)).toHaveLength(WORKLOADS.length * REPLICAS)
  expect(pods.filter(({ restarts }) => restarts > 0)).toEqual([])
})

test("the chart's own tests pass", async () => {
  const told = await step('helm test', () => release.test())

  expect(told).toMatch(/Phase:\s+Succeeded/)
  expect(told).not.toMatch(/Phase:\s+Failed/)
})

describe('through the gateway Service', () => {
  describe('journeys', () => journeys(subject))
  describe('exactly once', () => exactlyOnce(subject))
  describe('bad input', () => badInput(subject))
})

test('realtime scales up with open streams and down again without them, and no stream breaks on the way up', async () => {
  const poll = await createPoll(rest)
  const streams: Stream[] = []
  await eventually(async () => expect(await scalingFaults(namespace)).toEqual([]), {
    timeoutMs: SCALED_WITHIN_MS,
  })

  await step(
    `HPA: ${REPLICAS} to ${MOST_REALTIME} pods for ${CONNECTIONS_PER_POD * MOST_REALTIME} streams`,
    async () => {
      for (let count = 0; count < CONNECTIONS_PER_POD * MOST_REALTIME; count += 1)
        streams.push(await eventually(() => openSocket(rest.url, poll.id)))
      await namespace.untilReady('realtime', MOST_REALTIME, SCALED_WITHIN_MS)
    },
  )
  const open = streams.filter((stream) => 'socket' in stream).length
  await Promise.all(streams.map((stream) => stream[Symbol.asyncDispose]()))
  await step(`HPA: back to ${REPLICAS} pods`, () =>
    namespace.untilReady('realtime', REPLICAS, SCALED_WITHIN_MS),
  )

  expect(open).toBe(CONNECTIONS_PER_POD * MOST_REALTIME)
})

describe('under load', () => {
  let contest: Contest

  beforeAll(async () => {
    const url = (): string => rest.url
    contest = await openContest({
      ...{ rest, votesPerSecond: VOTES_A_SECOND },
      watchAt: [
        { kind: 'WebSocket', url },
        { kind: 'WebSocket', url },
        { kind: 'Server-Sent Events', url },
      ],
    })
  })

  afterAll(async () => {
    await contest[Symbol.asyncDispose]()
  })

  /** Does something to the mesh and sees what its voters are told meanwhile, until all is normal. */
  const under = async (name: string, change: () => Promise<void>): Promise<void> => {
    const before = contest.election.voters.length
    await contest.rush()
    await step(name, change)
    const tookMs = await contest.untilNormal(performance.now())
    const counts: Record<number, number> = {}
    for (const status of contest.election.voters.slice(before).flatMap(({ statuses }) => statuses))
      counts[status] = (counts[status] ?? 0) + 1
    note(`  answers ${JSON.stringify(counts)}, normal ${(tookMs / 1_000).toFixed(1)} s after`)
    expect(
      Object.keys(counts)
        .map(Number)
        .filter((status) => !MAY_SEE.includes(status)),
    ).toEqual([])
    expect(tookMs).toBeLessThan(NORMAL_WITHIN_MS)
    expect(contest.faultsSeen()).toEqual([])
  }

  test.each(WORKLOADS)('%s is restarted, pod by pod', async (workload) => {
    await under(`rolling restart of ${workload}`, () => namespace.restart(`votestream-${workload}`))
  })

  test('a votes pod is killed', async () => {
    const [victim] = await namespace.pods('votes')
    await under('kill of a votes pod', async () => {
      await namespace.kubectl('delete', 'pod', String(victim?.name), '--grace-period=0', '--force')
    })
    await namespace.untilReady('votes', REPLICAS, SCALED_WITHIN_MS)
  })

  test('a node is drained: no workload loses more pods at a time than its budget says', async () => {
    await under('drain', async () => {
      const { fewestReady, refused } = await drainNodeOf(namespace, WORKLOADS)
      note(`  fewest ready pods ${JSON.stringify(fewestReady)}, evictions refused by a budget: ${refused}`)
      for (const workload of WORKLOADS) expect(fewestReady[workload]).toBeGreaterThanOrEqual(REPLICAS - 1)
    })
    for (const workload of WORKLOADS) await namespace.untilReady(workload, REPLICAS, SCALED_WITHIN_MS)
  })

  test('the release is upgraded', async () => {
    await under('helm upgrade', () => release.upgrade(valuesFor(settings.upgradeTag, 'upgraded')))

    const pods = (await Promise.all(WORKLOADS.map((workload) => namespace.pods(workload)))).flat()
    const images = pods.filter(({ leaving }) => !leaving).flatMap((pod) => pod.images)
    expect(images.filter((image) => !image.endsWith(`:${settings.upgradeTag}`))).toEqual([])
  })

  test('the release is rolled back', async () => {
    await under('helm rollback', () => release.rollback())
  })

  test('no acknowledged vote is lost, none counts twice, and every account agrees within 10 s', async () => {
    await settle({ contest, rest, stores: services.stores })

    note(
      `settled: ${contest.election.voters.length} voters, ${contest.known('counted').length} counted, accounts agree`,
    )
    expect(contest.known(undefined)).toEqual([])
  })
})

test('uninstalling leaves nothing behind', async () => {
  await step('helm uninstall', () => release.uninstall())

  await eventually(async () => expect(await release.leftovers()).toEqual([]), { timeoutMs: SCALED_WITHIN_MS })
})
