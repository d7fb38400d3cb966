import { describe, expect, test } from '@jest/globals'
import { sendRaw } from '../wire.js'
import { openWorld, type World } from '../world.js'

const statusesOf = async (times: number, send: () => Promise<Response>): Promise<number[]> => {
  const statuses: number[] = []
  for (let time = 0; time < times; time++) statuses.push((await send()).status)
  return statuses
}

const from = (address: string) => ({ headers: { 'X-Forwarded-For': address } })
const PROXY = { TRUSTED_PROXIES: '127.0.0.0/8' }

describe('the rate limit', () => {
  test('tells its policy, what is left, and when to come back', async () => {
    await using world = await openWorld({ env: { RATE_LIMIT_PER_MINUTE: '100' } })

    const first = await world.fetch('/themes')
    // A slow machine earns a few requests back meanwhile.
    const burst = await Promise.all(Array.from({ length: 120 }, () => world.fetch('/polls/1')))
    const refused = burst.find(({ status }) => status === 429)

    expect(first.headers.get('ratelimit-policy')).toBe('"ip";q=100;w=60')
    expect(first.headers.get('ratelimit')).toBe('"ip";r=99;t=1')
    expect(burst.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(99)
    expect(refused?.headers.get('retry-after')).toBe('1')
    expect(refused?.headers.get('ratelimit')).toBe('"ip";r=0;t=1')
    expect(refused?.headers.get('x-request-id')).not.toBeNull()
    expect(await refused?.json()).toMatchObject({ status: 429, reason: 'RATE_LIMITED' })
  })

  test('turns votes away before they are sent', async () => {
    await using world = await openWorld({ env: { RATE_LIMIT_PER_MINUTE: '1' } })

    const statuses = await statusesOf(2, () => world.vote(1, { choice: 0 }))

    expect(statuses).toEqual([200, 429])
    expect(world.votes.cast).toHaveLength(1)
    expect(await (await fetch(`http://127.0.0.1:${world.opsPort}/metrics`)).text()).toMatch(
      /votestream_votes_shed_total\{reason="RATE_LIMITED",service="gateway"\} 1/,
    )
  })

  test('comes before every other fault, and unknown paths count too', async () => {
    await using world = await openWorld({ env: { RATE_LIMIT_PER_MINUTE: '3' } })

    const statuses = await statusesOf(3, () => world.fetch('/nothing'))
    const late = await Promise.all([
      world.fetch('/nothing'),
      world.fetch('/polls', { method: 'DELETE' }),
      world.vote('abc', 'x'),
      world.fetch('/metrics'),
    ])

    expect(statuses).toEqual([404, 404, 404])
    expect(late.map(({ status }) => status)).toEqual([429, 429, 429, 429])
  })

  test('does not count health and the page', async () => {
    await using world = await openWorld({ env: { RATE_LIMIT_PER_MINUTE: '1' } })

    const statuses = await statusesOf(5, () => world.fetch('/health'))
    statuses.push(...(await statusesOf(5, () => world.fetch('/main.js'))))

    expect(new Set(statuses)).toEqual(new Set([200]))
    expect((await world.fetch('/health')).headers.get('ratelimit')).toBeNull()
    expect((await world.fetch('/themes')).status).toBe(200)
  })

  test('leaves a connection whose body it did not want in order', async () => {
    await using world = await openWorld({ env: { RATE_LIMIT_PER_MINUTE: '1' } })
    await world.fetch('/themes')
    const body = ' '.repeat(10_000)

    const { answers } = await sendRaw(world.port, [
      `POST /polls/1/vote HTTP/1.1\r\nHost: g\r\nContent-Length: ${body.length}\r\n\r\n`,
      `${body}GET /health HTTP/1.1\r\nHost: g\r\n\r\n`,
    ])

    expect(answers.map(({ status }) => status)).toEqual([429, 200])
  })

  test('is off at 0, for streams too', async () => {
    await using world = await openWorld({
      env: { RATE_LIMIT_PER_MINUTE: '0', RATE_LIMIT_STREAMS_PER_MINUTE: '1' },
    })

    const statuses = await statusesOf(120, () => world.fetch('/polls/1'))
    const events = await statusesOf(3, () => world.fetch('/polls/1/events', { method: 'HEAD' }))

    expect(new Set([...statuses, ...events])).toEqual(new Set([200]))
    expect((await world.fetch('/polls/1')).headers.get('ratelimit-policy')).toBeNull()
  })

  test('of streams is its own', async () => {
    await using world = await openWorld({
      env: { RATE_LIMIT_PER_MINUTE: '1', RATE_LIMIT_STREAMS_PER_MINUTE: '2' },
    })
    await statusesOf(2, () => world.fetch('/themes'))

    const statuses = await statusesOf(3, () => world.fetch('/polls/1/events', { method: 'HEAD' }))
    const handshake = await sendRaw(
      world.port,
      'GET /polls/1/stream HTTP/1.1\r\nHost: g\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    )

    expect(statuses).toEqual([200, 200, 429])
    expect(handshake.answers[0]?.status).toBe(429)
    expect(handshake.answers[0]?.headers['retry-after']).toBe('30')
    expect(world.realtime.handshakes).toEqual([])
  })
})

describe('whose budget it is', () => {
  const one = { RATE_LIMIT_PER_MINUTE: '1' }
  const ask = (world: World, address: string) => async () =>
    (await world.fetch('/themes', from(address))).status

  test("the peer's, whatever the client says of itself", async () => {
    await using world = await openWorld({ env: one })

    expect([await ask(world, '1.1.1.1')(), await ask(world, '2.2.2.2')()]).toEqual([200, 429])
  })

  test('the one that a trusted proxy names', async () => {
    await using world = await openWorld({ env: { ...one, ...PROXY } })

    const statuses = [
      await ask(world, '1.1.1.1')(),
      await ask(world, '2.2.2.2')(),
      await ask(world, '9.9.9.9, 1.1.1.1')(),
      await ask(world, '1.1.1.1, 3.3.3.3')(),
    ]

    expect(statuses).toEqual([200, 200, 429, 200])
  })

  test('a whole /64 of IPv6 has one', async () => {
    await using world = await openWorld({ env: { ...one, ...PROXY } })

    const statuses = [
      await ask(world, '2001:db8:1:2::1')(),
      await ask(world, '2001:db8:1:2:ffff::9')(),
      await ask(world, '2001:db8:1:3::1')(),
    ]

    expect(statuses).toEqual([200, 429, 200])
  })
})
