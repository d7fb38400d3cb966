import { expect, test } from '@jest/globals'
import { placesToLook, type PlacesOptions } from './places.js'
import { ONE_OF_EACH } from './replicas.js'
import type { EngineSettings } from './settings.js'

const ports = { postgres: 20_001, kafka: 20_002, redis: 20_003, gateway: 8080, 'gateway-2': 20_004 }
const ownEngines = { kafkaBrokers: undefined, kafkaTopic: 'ballots', redisUrl: undefined }

const places = (engines: EngineSettings | undefined, own: Partial<PlacesOptions> = {}) =>
  placesToLook({
    ...{ ports, replicas: ONE_OF_EACH, env: {}, urlOf: (port) => `http://here:${port}` },
    settings: { port: 8080, host: 'here', state: '/state', shutdownGraceMs: 1, engines },
    ...own,
  })

test('the embedded way has nothing to look at but its public address', () => {
  expect(places(undefined)).toEqual([])
})

test('further gateways are further public addresses', () => {
  expect(places(undefined, { replicas: { ...ONE_OF_EACH, gateway: 2 } })).toMatchObject([
    { name: 'gateway-2', address: 'http://here:20004' },
  ])
})

test('a record, a row and a key can be looked at', () => {
  expect(places(ownEngines, { env: { REDIS_PREFIX: 'mine:' } })).toMatchObject([
    { address: '127.0.0.1:20002', what: expect.stringContaining('topic ballots') },
    {
      address: 'postgres://postgres@127.0.0.1:20001/votestream',
      what: expect.stringContaining('votes.votes'),
    },
    { address: 'redis://127.0.0.1:20003', what: expect.stringContaining('mine:results:') },
  ])
})

test('Prometheus is a place to look at where it is run', () => {
  expect(places(ownEngines, { ports: { ...ports, prometheus: 20_005 } })).toContainEqual({
    name: 'Prometheus',
    address: 'http://127.0.0.1:20005',
    what: expect.stringContaining('/alerts'),
  })
})

test('no password is shown', () => {
  const theirs = { ...ownEngines, redisUrl: 'rediss://me:hunter2@cache:6380/1' }

  expect(places(theirs)[2]?.address).toBe('rediss://me@cache:6380/1')
})
