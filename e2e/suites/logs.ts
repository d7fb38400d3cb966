import { beforeAll, expect, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { aPoll, createPoll, vote } from '../client/polls.js'
import type { Rest } from '../client/rest.js'
import { openEvents, openSocket } from '../client/streams.js'
import type { RunningMesh } from '../mesh.js'
import type { Subject } from './subject.js'

/** What is logged, and what never is, by a mesh with LOG_LEVEL=trace that trusts 127.0.0.1 as a proxy. */
export const logs = (subject: Subject): void => {
  const CANARY = 'canary4711'
  const ADDRESS = '203.0.113.77'
  /** Each of these tells who votes, or is what they wrote. */
  const PERSONAL = {
    'x-forwarded-for': ADDRESS,
    'user-agent': `${CANARY}/agent`,
    cookie: `session=${CANARY}-cookie`,
    authorization: `Bearer ${CANARY}-token`,
    referer: `https://example.org/${CANARY}-page`,
  }

  let mesh: RunningMesh
  let rest: Rest

  beforeAll(() => {
    ;({ mesh, rest } = subject)
  })

  /** The services that have logged this text so far. */
  const loggedBy = (text: string): ReadonlySet<string> =>
    new Set(
      mesh.logs
        .filter((line) => line.includes(text))
        .map((line) => /^\d\d:\d\d:\d\d (\w+)/.exec(line)?.[1] ?? 'nobody'),
    )

  test('the id of a request leads from the gateway to the fold of its vote', async () => {
    const poll = await createPoll(rest)
    const requestId = `trace-${randomUUID()}`

    await rest.post(`/polls/${poll.id}/vote`, { choice: 0 }, { 'x-request-id': requestId })

    await eventually(() => {
      expect([...loggedBy(requestId)].sort()).toEqual(expect.arrayContaining(['gateway', 'votes']))
    })
  })

  test('nothing of a body, a key or a person is logged, whether it is accepted, refused or broken', async () => {
    const key = { 'idempotency-key': `${CANARY}-key`, ...PERSONAL }
    const poll = await createPoll(
      rest,
      aPoll({ question: `${CANARY} question?`, options: [`${CANARY} a`, `${CANARY} b`] }),
    )
    await using socket = await openSocket(mesh.url, poll.id, undefined, { headers: PERSONAL })
    await using events = await openEvents(mesh.url, poll.id, undefined, PERSONAL)
    socket.socket.send(`${CANARY} hello`)
    const asJson = { 'content-type': 'application/json', ...PERSONAL }
    const path = `/polls/${poll.id}/vote`

    const answers = [
      await rest.post('/polls', aPoll({ question: `${CANARY} with a key?` }), key),
      await rest.post('/polls', aPoll({ question: CANARY.repeat(100) }), key),
      await rest.post('/polls', aPoll({ theme: `${CANARY}-theme` }), PERSONAL),
      await rest.send('/polls', { method: 'POST', headers: asJson, body: `{"question":"${CANARY}"` }),
      await rest.post(path, { choice: 0 }, key),
      await rest.post(path, { choice: 1 }, key),
      await rest.post(path, { choice: CANARY }, key),
      await rest.post(path, { choice: 0, [CANARY]: CANARY }, PERSONAL),
      await rest.send(path, { method: 'POST', headers: asJson, body: `{"choice":0,"${CANARY}` }),
      await rest.send(path, { method: 'POST', headers: { 'content-type': CANARY }, body: CANARY }),
      await rest.post(path, { choice: 0 }, { 'idempotency-key': `${CANARY} has spaces` }),
      await rest.get(`/polls?theme=${CANARY}`, PERSONAL),
    ]
    const lastId = `trace-${randomUUID()}`
    const last = await vote(rest, poll.id, 0, `${CANARY}-last`)
    await socket.sightings.until(({ version }) => version >= last.version)
    await events.sightings.until(({ version }) => version >= last.version)
    await rest.post(path, { choice: 0 }, { 'x-request-id': lastId })
    await eventually(() => expect(loggedBy(lastId)).toContain('votes')) // so everything before it has arrived

    expect(answers.map(({ status }) => status)).toEqual([
      ...[201, 400, 400, 400, 200, 422, 400, 400, 400, 415, 400, expect.any(Number)],
    ])
    expect(mesh.logs.length).toBeGreaterThan(0)
    expect(mesh.logs.filter((line) => line.includes(CANARY))).toEqual([])
    expect(mesh.logs.filter((line) => line.includes(ADDRESS))).toEqual([])
  })

  test('no password of the database is logged', async () => {
    const file = join(mesh.runFolder, 'secrets.json')
    const passwords = Object.values(JSON.parse(await readFile(file, 'utf8')) as Record<string, string>)

    const telling = mesh.logs.filter((line) => passwords.some((password) => line.includes(password)))

    expect(passwords.length).toBeGreaterThan(0)
    expect(telling).toEqual([])
  })
}
