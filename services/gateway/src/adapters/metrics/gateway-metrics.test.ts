import { expect, test } from '@jest/globals'
import { aRegistry, fakeClock } from '@votestream/testing'
import { gatewayMetrics } from './gateway-metrics.js'
import { registrySource } from './registry-source.js'

const aWorld = () => {
  const registry = aRegistry()
  const metrics = gatewayMetrics(registry)
  metrics.expose({ votesQueued: () => 4, batchesInFlight: () => 2, rateLimitedAddresses: () => 9 })
  return { metrics, source: registrySource(registry, fakeClock()) }
}

test('before the first vote there is nothing to say about times', async () => {
  const { requests, votes, pollTexts } = await aWorld().source.readings()

  expect(requests).toEqual({ count: 0, mean: null, p50: null, p99: null })
  expect(votes.meanBatch).toBeNull()
  expect(pollTexts).toEqual({ hits: 0, misses: 0 })
})

test('the readings add up what was counted', async () => {
  const { metrics, source } = aWorld()
  metrics.votes.received()
  metrics.votes.received()
  metrics.votes.answered('counted', '')
  metrics.votes.answered('refused', 'OVERLOADED')
  metrics.votes.shed('OVERLOADED')
  metrics.votes.batchSent(10)
  metrics.votes.batchSent(20)
  metrics.pollTexts.hit()
  metrics.pollTexts.miss()
  for (const seconds of [0.002, 0.002, 0.002, 0.4])
    metrics.requests.answered({
      requestId: 'request',
      route: '/polls/{id}/vote',
      method: 'POST',
      status: 200,
      seconds,
    })
  metrics.requests.answered({
    requestId: 'request',
    route: '/health',
    method: 'GET',
    status: 200,
    seconds: 0.1,
  })

  const readings = await source.readings()

  expect(readings.votes).toEqual({
    received: 2,
    counted: 1,
    shed: 1,
    queued: 4,
    meanBatch: 15,
    timing: { count: 4, mean: expect.closeTo(0.1015), p50: 0.0025, p99: 0.5 },
  })
  expect(readings.requests.count).toBe(5)
  expect(readings.pollTexts).toEqual({ hits: 1, misses: 1 })
  expect(readings.rateLimitedAddresses).toBe(9)
})

test('labels are bounded, whatever a service or a client says', async () => {
  const { metrics, source } = aWorld()

  metrics.votes.answered('rejected', 'A_REASON_OF_TOMORROW')
  metrics.requests.answered({
    requestId: 'request',
    route: 'other',
    method: 'PROPFIND',
    status: 404,
    seconds: 0.1,
  })

  const { text } = await source.exposition()
  expect(text).toContain('votestream_votes_answered_total{status="rejected",reason="OTHER"} 1')
  expect(text).toMatch(/http_request_duration_seconds_count\{route="other",method="other",status="404"\} 1/)
})

test('what is shed is there before the first is, so that the first counts as an increase', async () => {
  const { text } = await aWorld().source.exposition()

  expect(text.match(/^votestream_votes_shed_total\{.*\} 0$/gm)).toHaveLength(3)
})
