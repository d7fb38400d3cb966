import { expect, test } from '@jest/globals'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPoll, vote } from '../../client/polls.js'
import { openRest, type Answer } from '../../client/rest.js'
import { openSocket } from '../../client/streams.js'
import { isOfNginx, nextAddress } from '../clients.js'
import type { NginxSubject } from '../subject.js'

/** The limit of the API at the ingress. */
export const limits = (subject: NginxSubject): void => {
  /** Far more than may pass at once. */
  const CROWD = 60

  /** Asks through Nginx as one client does, whose address a load balancer tells. */
  const askAs = (address: string) => {
    const rest = openRest(subject.nginx.url)
    const ask = (path: string): Promise<Answer> => rest.get(path, { 'x-forwarded-for': address })
    return { ask, [Symbol.dispose]: () => rest[Symbol.dispose]() }
  }
  const crowd = (ask: () => Promise<Answer>): Promise<readonly Answer[]> =>
    Promise.all(Array.from({ length: CROWD }, ask))
  const passed = (answers: readonly Answer[]): number => answers.filter(({ status }) => status === 200).length

  test('the burst and one more pass at once, and Nginx itself answers the others 429', async () => {
    const { burst, refillMs } = subject.limit
    using client = askAs(nextAddress())
    const startedMs = performance.now()

    const answers = await crowd(() => client.ask('/themes'))

    const refilled = Math.ceil((performance.now() - startedMs) / refillMs)
    const refused = answers.filter(({ status }) => status !== 200)
    expect(passed(answers)).toBeGreaterThanOrEqual(burst + 1)
    expect(passed(answers)).toBeLessThanOrEqual(burst + 1 + refilled)
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([429]))
    expect(refused.every(isOfNginx)).toBe(true)
    expect(answers.some((answer) => answer.status === 429 && !isOfNginx(answer))).toBe(false)
  })

  test('no gateway hears of what Nginx refuses', async () => {
    const address = nextAddress()
    using client = askAs(address)

    await crowd(() => client.ask('/themes'))

    const refused = (await subject.nginx.lines()).filter(
      (line) => line.client === address && line.status === 429,
    )
    expect(refused.length).toBeGreaterThan(0)
    expect(refused.filter(({ tries }) => tries.length > 0)).toEqual([])
  })

  test('after that one passes each 600 ms', async () => {
    const LOOK_EVERY_MS = 50
    const LOOKS = 48
    using client = askAs(nextAddress())
    await crowd(() => client.ask('/themes'))
    const startedMs = performance.now()

    const answers: Answer[] = []
    for (let look = 0; look < LOOKS; look += 1) {
      answers.push(await client.ask('/themes'))
      await sleep(LOOK_EVERY_MS)
    }

    const due = (performance.now() - startedMs) / subject.limit.refillMs
    expect(subject.limit.refillMs).toBe(600)
    expect(passed(answers)).toBeGreaterThanOrEqual(Math.floor(due) - 1)
    expect(passed(answers)).toBeLessThanOrEqual(Math.ceil(due) + 1)
  })

  test('each address has a limit of its own', async () => {
    using one = askAs(nextAddress())
    using other = askAs(nextAddress())
    await crowd(() => one.ask('/themes'))

    const answers = [await one.ask('/themes'), await other.ask('/themes')]

    expect(answers.map(({ status }) => status)).toEqual([429, 200])
  })

  test.each(['/health', '/', '/main.js', '/style.css'])('%s is not limited', async (path) => {
    using client = askAs(nextAddress())
    await crowd(() => client.ask('/themes'))

    const answers = await crowd(() => client.ask(path))

    expect(passed(answers)).toBe(CROWD)
  })

  test.each(['/polls', '/polls/1', '/polls/1/results', '/polls/1/votes/x', '/themes', '/stats'])(
    '%s takes from the same limit',
    async (path) => {
      using client = askAs(nextAddress())
      await crowd(() => client.ask('/themes'))

      const answer = await client.ask(path)

      expect([answer.status, isOfNginx(answer)]).toEqual([429, true])
    },
  )

  test('an address without any request left may still watch', async () => {
    const [poll, address] = [await createPoll(subject.strangers), nextAddress()]
    using client = askAs(address)
    await crowd(() => client.ask('/themes'))

    await using stream = await openSocket(subject.nginx.url, poll.id, undefined, {
      headers: { 'x-forwarded-for': address },
    })

    expect(await stream.sightings.until(() => true)).toMatchObject({ poll_id: poll.id })
  })

  test('what passes on a stream is not counted', async () => {
    // realtime closes a stream on which more than ten a second come.
    const [PINGS, VOTES] = [8, 8]
    const [poll, address] = [await createPoll(subject.strangers), nextAddress()]
    await using stream = await openSocket(subject.nginx.url, poll.id, undefined, {
      headers: { 'x-forwarded-for': address },
    })
    for (let ping = 0; ping < PINGS; ping += 1) stream.socket.ping()
    for (let voter = 0; voter < VOTES; voter += 1) await vote(subject.strangers, poll.id, 0)
    await stream.sightings.until(({ total_votes: total }) => total === VOTES)

    using client = askAs(address)
    const answers = await crowd(() => client.ask('/themes'))

    expect(passed(answers)).toBeGreaterThanOrEqual(subject.limit.burst + 1)
  })
}
