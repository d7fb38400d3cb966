import { expect, test } from '@jest/globals'
import { fakeClock } from '@votestream/testing'
import { makeReplicas } from './replicas.js'
import type { Upstream } from './upstream.js'

const [a, b, c] = ['a', 'b', 'c'].map((host) => ({ host, port: 1 })) as [Upstream, Upstream, Upstream]

const aWorld = () => {
  const clock = fakeClock()
  const replicas = makeReplicas([a, b, c], clock)
  return {
    clock,
    replicas,
    next: () =>
      replicas
        .inTurn()
        .map(({ host }) => host)
        .join(''),
  }
}

test('each replica is first in its turn, and the others follow', () => {
  const { next } = aWorld()

  expect([next(), next(), next(), next()]).toEqual(['abc', 'bca', 'cab', 'abc'])
})

test('one that failed comes last for a second', async () => {
  const { clock, replicas, next } = aWorld()

  replicas.failed(b)
  const at0 = [next(), next(), next()]
  await clock.advance(999)
  const at999 = [next(), next(), next()]
  await clock.advance(1)

  expect(at0).toEqual(['acb', 'cab', 'cab'])
  expect(at999).toEqual(at0)
  expect([next(), next()]).toEqual(['abc', 'bca'])
})

test('after that second one viewer in a second tries it, until it has worked', async () => {
  const { clock, replicas, next } = aWorld()
  replicas.failed(a)
  await clock.advance(1_000)

  const tried = [next(), next(), next(), next()]
  replicas.worked(a)
  const worked = [next(), next(), next(), next()]

  expect(tried).toEqual(['abc', 'bca', 'cba', 'bca'])
  expect(worked).toEqual(['bca', 'cab', 'abc', 'bca'])
})

test('when all have failed all are tried all the same', () => {
  const { replicas, next } = aWorld()

  for (const replica of [a, b, c]) replicas.failed(replica)

  expect([next(), next()]).toEqual(['abc', 'bca'])
})
