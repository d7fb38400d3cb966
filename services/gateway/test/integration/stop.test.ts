import { expect, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { once } from 'node:events'
import { connect } from 'node:net'
import { openWorld } from '../world.js'

test('a stop answers the votes that are on their way, says that the connection ends, and takes no new ones', async () => {
  await using world = await openWorld()
  let answer: () => void = () => undefined
  const gate = new Promise<void>((resolve) => (answer = resolve))
  world.votes.handlers.CastVotes = async function* ({ ballots }) {
    world.votes.cast.push(...ballots)
    await gate
    yield { outcomes: [{ index: 0, status: 'OUTCOME_STATUS_COUNTED', version: 1 }] }
  }

  const vote = world.vote(1, { choice: 0 })
  await eventually(() => expect(world.votes.cast).toHaveLength(1))
  const stopped = world.gateway.stop()
  await eventually(() => expect(world.fetch('/themes')).rejects.toThrow())
  answer()

  const response = await vote
  expect(response.status).toBe(200)
  expect(response.headers.get('connection')).toBe('close')
  await stopped
})

test('a stop ends streams at once', async () => {
  await using world = await openWorld()
  const events = await world.fetch('/polls/1/events')
  const socket = connect(world.port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(
    'GET /polls/1/stream HTTP/1.1\r\nHost: g\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n',
  )
  socket.resume()
  await eventually(() => expect(world.realtime.streams).toHaveLength(1))
  const startedAt = performance.now()

  await world.gateway.stop()

  expect(performance.now() - startedAt).toBeLessThan(2_000)
  expect(await events.text()).toBe('')
  await eventually(() => expect(socket.destroyed).toBe(true))
})

test('an idle connection, used or not, does not hold a stop up', async () => {
  await using world = await openWorld()
  await world.fetch('/themes')
  const unused = connect(world.port, '127.0.0.1')
  unused.on('error', () => undefined)
  await once(unused, 'connect')
  const startedAt = performance.now()

  await world.gateway.stop()

  expect(performance.now() - startedAt).toBeLessThan(3_000)
})
