import { expect, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { createPoll, vote } from '../../client/polls.js'
import { openEvents, openSocket } from '../../client/streams.js'
import type { NginxSubject } from '../subject.js'

/** WebSockets and Server-Sent Events through Nginx. */
export const streams = (subject: NginxSubject): void => {
  /** What a vote takes to a stream, on a machine that others use as well; an event that waits for a full buffer comes never. */
  const SEEN_WITHIN_MS = 5_000
  const REPLACED_WITHIN_MS = 10_000

  const workersOf = async (): Promise<ReadonlySet<number>> =>
    new Set((await subject.nginx.lines()).map(({ worker }) => worker))

  test.each(['WebSocket', 'Server-Sent Events'])(
    'a stream by %s goes straight to a realtime',
    async (kind) => {
      const poll = await createPoll(subject.strangers)
      const open = kind === 'WebSocket' ? openSocket : openEvents
      const stream = await open(subject.nginx.url, poll.id)
      await stream.sightings.until(() => true)
      await stream[Symbol.asyncDispose]()

      const line = await eventually(async () => {
        const found = (await subject.nginx.lines()).find(({ uri }) =>
          new RegExp(`^/polls/${poll.id}/(stream|events)$`).test(uri),
        )
        expect(found).toBeDefined()
        return found
      })

      expect(await subject.addressesOf('realtime')).toContain(line?.tries[0]?.server)
      expect(line?.status).toBe(kind === 'WebSocket' ? 101 : 200)
    },
  )

  test.each(['WebSocket', 'Server-Sent Events'])(
    'each vote is seen by %s when it is cast, not when a buffer is full',
    async (kind) => {
      const poll = await createPoll(subject.strangers)
      const open = kind === 'WebSocket' ? openSocket : openEvents
      await using stream = await open(subject.nginx.url, poll.id)

      for (let votes = 1; votes <= 5; votes += 1) {
        await vote(subject.strangers, poll.id, 0)
        await eventually(() => expect(stream.sightings.latest?.total_votes).toBe(votes), {
          timeoutMs: SEEN_WITHIN_MS,
        })
      }

      expect(stream.sightings.faults).toEqual([])
    },
  )

  test('a reload keeps every open stream, and those that come later are served by new workers', async () => {
    const poll = await createPoll(subject.strangers)
    await using socket = await openSocket(subject.nginx.url, poll.id)
    await using events = await openEvents(subject.nginx.url, poll.id)
    const former = await workersOf()

    await subject.nginx.reload()
    await eventually(
      async () => {
        await subject.strangers.get('/health')
        expect([...(await workersOf())].filter((worker) => !former.has(worker)).length).toBeGreaterThan(0)
      },
      { timeoutMs: REPLACED_WITHIN_MS },
    )
    await using later = await openSocket(subject.nginx.url, poll.id)
    for (const choice of [0, 1, 2]) await vote(subject.strangers, poll.id, choice)

    for (const { sightings } of [socket, events, later]) {
      await sightings.until(({ total_votes: total }) => total === 3)
      expect(sightings.faults).toEqual([])
    }
    expect([...former].filter(isRunning).length).toBeGreaterThan(0)
  })
}

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
