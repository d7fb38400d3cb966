import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { createPoll, voteUntilCounted } from '../client/polls.js'
import { openRest } from '../client/rest.js'
import { openEvents, openSocket, type Stream } from '../client/streams.js'
import { takeAway } from '../engines/outages.js'
import { startMesh, type RunningMesh } from '../mesh.js'
import { portsOf, urlsOf } from '../run-record.js'
import { adapterQueries, dashboardQueries, metricsIn } from './expressions.js'
import { prometheusApi, type PrometheusApi } from './prometheus-api.js'

// A whole mesh is started, maybe on a busy machine.
jest.setTimeout(240_000)

/** Known to a cluster alone: kube-state-metrics tells them. */
const OF_THE_CLUSTER = [
  'kube_horizontalpodautoscaler_spec_max_replicas',
  'kube_horizontalpodautoscaler_spec_min_replicas',
  'kube_horizontalpodautoscaler_status_current_replicas',
  'kube_pod_container_status_last_terminated_exitcode',
  'kube_pod_container_status_ready',
]
/** Made by Prometheus itself, once an alert is pending. */
const OF_PROMETHEUS = ['ALERTS']

const PROCESSES = ['gateway', 'polls', 'realtime', 'realtime-2', 'votes', 'votes-2']
/** Some scrapes and evaluations, one every 5 s each. */
const SEEN_WITHIN_MS = 60_000
const VOTES = 12

let mesh: RunningMesh
let prometheus: PrometheusApi
const streams: Stream[] = []

beforeAll(async () => {
  mesh = await startMesh({
    ...{ full: true, args: ['--monitoring'], replicas: { votes: 2, realtime: 2 } },
    env: { RATE_LIMIT_PER_MINUTE: '0', PROMETHEUS_BIN: process.env.VOTESTREAM_TEST_PROMETHEUS ?? '' },
  })
  prometheus = prometheusApi(`http://127.0.0.1:${(await portsOf(mesh.runFolder)).prometheus ?? 0}`)
  await useIt()
  await eventually(
    async () => {
      expect((await prometheus.targets()).filter(({ health }) => health !== 'up')).toEqual([])
      expect(await prometheus.query('sum(votestream_realtime_connections)')).toMatchObject([{ value: 3 }])
    },
    { timeoutMs: SEEN_WITHIN_MS },
  )
})

afterAll(async () => {
  await Promise.all(streams.map((stream) => stream[Symbol.asyncDispose]()))
  await mesh.stop()
})

/** Votes, and opens two streams at one replica and one at the other. */
const useIt = async (): Promise<void> => {
  using rest = openRest(mesh.url)
  const { id } = await createPoll(rest)
  const [one = '', other = ''] = await urlsOf(mesh.runFolder, 'realtime')
  streams.push(await openSocket(one, id), await openEvents(one, id), await openSocket(other, id))
  for (let choice = 0; choice < VOTES; choice += 1) await voteUntilCounted(rest, id, choice % 2)
}

test('every process is scraped, under the labels of a pod', async () => {
  const targets = await prometheus.targets()

  expect(targets.map(({ labels, health }) => [labels.namespace, labels.pod, health]).sort()).toEqual(
    PROCESSES.map((pod) => ['local', pod, 'up']),
  )
})

test('every rule is evaluated without an error, and a mesh that is well raises no alert', async () => {
  const rules = await eventually(
    async () => {
      const found = await prometheus.rules()
      expect(found.filter(({ health }) => health === 'unknown')).toEqual([])
      // What was evaluated before everything was scraped missed it.
      expect(found.filter(({ state }) => state !== undefined && state !== 'inactive')).toEqual([])
      return found
    },
    { timeoutMs: SEEN_WITHIN_MS },
  )

  expect(rules.filter(({ health }) => health !== 'ok')).toEqual([])
  expect(rules.filter(({ type }) => type === 'alerting').length).toBeGreaterThanOrEqual(15)
})

test('every metric of every rule and every dashboard is one of the running mesh, or of the few that only a cluster has', async () => {
  const rules = await prometheus.rules()
  const recorded = rules.filter(({ type }) => type === 'recording').map(({ name }) => name)
  const boards = dashboardQueries().map(({ expr }) => expr)
  const known = new Set([...(await prometheus.metricNames()), ...recorded])

  const ofRules = new Set(rules.flatMap(({ query }) => metricsIn(query)))
  const ofBoards = new Set(boards.flatMap(metricsIn))

  expect([...ofRules].filter((name) => !known.has(name)).sort()).toEqual(OF_THE_CLUSTER)
  expect([...ofBoards].filter((name) => !known.has(name) && !OF_PROMETHEUS.includes(name))).toEqual([])
})

test('what is recorded is there', async () => {
  const recorded = (await prometheus.rules()).filter(({ type }) => type === 'recording')

  await eventually(
    async () => {
      const found = await Promise.all(recorded.map(({ name }) => prometheus.query(`count(${name})`)))
      expect(found.map((readings) => readings.length)).toEqual(recorded.map(() => 1))
    },
    { timeoutMs: SEEN_WITHIN_MS },
  )
})

test('every query of every dashboard is answered', async () => {
  const failures: string[] = []

  for (const { panel, expr } of dashboardQueries())
    await prometheus.query(expr).catch((error: unknown) => failures.push(`${panel}: ${String(error)}`))

  expect(failures).toEqual([])
})

test('the boards show the votes that were cast, and nothing that waits', async () => {
  const read = async (expr: string) => (await prometheus.query(expr)).map(({ value }) => value)

  await eventually(
    async () => {
      expect(await read('sum(votestream_votes_received_total)')).toEqual([VOTES])
      expect(await read('sum(votestream_ballots_appended_total)')).toEqual([VOTES])
      expect(await read('sum(votestream_ballots_folded_total{verdict="counted"})')).toEqual([VOTES])
      expect(await read('sum(votestream_votes_answered_total{status="counted"})')).toEqual([VOTES])
      expect(await read('count(max by (partition) (votestream_fold_waiting_seconds))')).toEqual([6])
      expect(await read('max(votestream_fold_waiting_seconds) < 10')).toHaveLength(1)
      expect(await read('count(votestream_engine_up == 1)')).toEqual([11])
    },
    { timeoutMs: SEEN_WITHIN_MS },
  )
})

test("the adapter's rule gives the open streams of each pod", async () => {
  const { series, metrics } = adapterQueries()

  const found = await prometheus.query(series)
  const given = await prometheus.query(metrics)

  expect(found.map(({ metric }) => metric.pod).sort()).toEqual(['realtime', 'realtime-2'])
  expect(new Map(given.map(({ metric, value }) => [metric.pod, value]))).toEqual(
    new Map([
      ['realtime', 2],
      ['realtime-2', 1],
    ]),
  )
})

test.each([
  ['redis', 'VoteStreamRedisDown'],
  ['postgres', 'VoteStreamPostgresDown'],
  ['kafka', 'VoteStreamKafkaDown'],
])('while %s is frozen %s is pending, and not after', async (engine, alert) => {
  const stateOf = async () => (await prometheus.rules()).find(({ name }) => name === alert)?.state
  {
    await using _outage = await takeAway(mesh, engine, 'frozen')

    await eventually(async () => expect(await stateOf()).toBe('pending'), { timeoutMs: SEEN_WITHIN_MS })
  }

  await eventually(async () => expect(await stateOf()).toBe('inactive'), { timeoutMs: SEEN_WITHIN_MS })
})
