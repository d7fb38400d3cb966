import { expect, test } from '@jest/globals'
import { createPoll } from '../../client/polls.js'
import { openRest, type Answer } from '../../client/rest.js'
import { HandshakeRefused, openSocket, type Stream } from '../../client/streams.js'
import { nextAddress, openNeighbour } from '../clients.js'
import type { NginxSubject } from '../subject.js'

/** Whom Nginx and the services behind it take for the client. */
export const addresses = (subject: NginxSubject): void => {
  const CROWD = 60
  /** `MAX_CONNECTIONS_PER_ADDRESS` of the mesh, at each of two realtimes. */
  const MOST_STREAMS = 2 * 20

  /** What is left of the address' budget at the gateway, of 100. */
  const leftAtGateway = ({ headers }: Answer): number =>
    Number(/^"ip";r=(\d+)/.exec(String(headers.ratelimit))?.[1])

  test('the gateway counts by the client, not by Nginx', async () => {
    using one = openNeighbour(subject.nginx.url, '127.0.1.1')
    using other = openNeighbour(subject.nginx.url, '127.0.1.2')
    for (let count = 0; count < 10; count += 1) await one.get('/themes')

    const answers = [await one.get('/themes'), await other.get('/themes')]

    const [ofOne = 0, ofOther = 0] = answers.map(leftAtGateway)
    expect(ofOne).toBeLessThanOrEqual(95)
    expect(ofOther).toBe(99)
  })

  test('a client that makes up addresses in X-Forwarded-For deceives neither Nginx nor the gateway', async () => {
    using liar = openNeighbour(subject.nginx.url, '127.0.1.3')
    const lie = (): Promise<Answer> =>
      liar.get('/themes', { 'x-forwarded-for': `${nextAddress()}, 127.0.0.1` })
    const first = await lie()
    for (let count = 0; count < 10; count += 1) await lie()
    const later = await lie()

    const answers = await Promise.all(Array.from({ length: CROWD }, lie))

    expect(leftAtGateway(first)).toBe(99)
    expect(leftAtGateway(later)).toBeLessThanOrEqual(95)
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(CROWD / 2)
  })

  test('behind a load balancer it is whom that one named last', async () => {
    using rest = openRest(subject.nginx.url)
    const real = nextAddress()
    const lie = (): Promise<Answer> => rest.get('/themes', { 'x-forwarded-for': `${nextAddress()}, ${real}` })
    const first = await lie()
    for (let count = 0; count < 10; count += 1) await lie()
    const later = await lie()

    const answers = await Promise.all(Array.from({ length: CROWD }, lie))

    expect(leftAtGateway(first)).toBe(99)
    expect(leftAtGateway(later)).toBeLessThanOrEqual(95)
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(CROWD / 2)
  })

  test('realtime counts the streams of a client, not those of Nginx', async () => {
    const poll = await createPoll(subject.strangers)
    const open = (localAddress: string): Promise<Stream> =>
      openSocket(subject.nginx.url, poll.id, undefined, {
        localAddress,
        headers: { 'x-forwarded-for': nextAddress() },
      })

    const tried = await Promise.allSettled(Array.from({ length: MOST_STREAMS + 1 }, () => open('127.0.1.4')))
    await using other = await open('127.0.1.5')
    const opened = tried.filter((each) => each.status === 'fulfilled')
    const refused = tried.filter((each) => each.status === 'rejected').map(({ reason }) => reason as unknown)
    await Promise.all(opened.map(({ value }) => value[Symbol.asyncDispose]()))

    expect(refused.length).toBeGreaterThan(0)
    expect(opened.length).toBeGreaterThan(MOST_STREAMS / 4)
    expect(refused).toEqual(refused.map(() => expect.any(HandshakeRefused)))
    expect(refused).toEqual(refused.map(() => expect.objectContaining({ status: 503 })))
    expect(await other.sightings.until(() => true)).toMatchObject({ poll_id: poll.id })
  })
}
