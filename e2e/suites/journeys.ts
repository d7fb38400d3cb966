import { beforeAll, describe, expect, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { randomUUID } from 'node:crypto'
import type { CountedVote, Poll, Problem } from '../client/documents.js'
import { aPoll, countsOf, createPoll, readResults, vote } from '../client/polls.js'
import type { Answer, Rest } from '../client/rest.js'
import type { PublicSubject } from './subject.js'

/** What a client can do with polls, votes and results, and what every answer has in common. */
export const journeys = (subject: PublicSubject): void => {
  const { full } = subject
  const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
  const RFC_3339_MS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
  const NOBODY = 999_999_999

  let mesh: PublicSubject['mesh']
  let rest: Rest

  beforeAll(() => {
    ;({ mesh, rest } = subject)
  })

  const problemOf = ({ body }: Answer): Problem => body as Problem
  const pollsOf = ({ body }: Answer): readonly Poll[] => body as readonly Poll[]

  const getAll = async (path: string): Promise<{ pages: number; polls: readonly Poll[] }> => {
    const polls: Poll[] = []
    for (let pages = 1, next: string | undefined = path; ; pages += 1) {
      const answer: Answer = await rest.get(next)
      polls.push(...pollsOf(answer))
      next = nextOf(answer)
      if (next === undefined) return { pages, polls }
    }
  }

  /** The path that a Link header names as the next page. */
  const nextOf = ({ headers }: Answer): string | undefined => {
    const target = /<([^>]+)>;\s*rel="next"/.exec(String(headers.link))?.[1]
    if (target === undefined) return undefined
    const { pathname, search } = new URL(target, mesh.url)
    return pathname + search
  }

  describe('health and monitoring', () => {
    test('GET /health says ok, names every engine and counts the open streams', async () => {
      // A service that has just started on a busy machine may not answer for its engines within the second that it has.
      const answer = await eventually(async () => {
        const health = await rest.get('/health')
        expect(health.status).toBe(200)
        expect(health.body).toMatchObject({ status: 'ok' })
        return health
      })

      expect(answer.headers['content-type']).toMatch(/^application\/json/)
      expect(answer.body).toEqual({
        ...{ status: 'ok', database: true, redis: full ? true : null, kafka: full ? true : null },
        active_connections: 0,
      })
    })

    test('GET /stats counts polls, votes and polls with votes', async () => {
      const before = (await rest.get('/stats')).body as Record<string, number>
      const poll = await createPoll(rest)
      await createPoll(rest)
      await vote(rest, poll.id, 0)
      await vote(rest, poll.id, 1)

      const { status, body } = await rest.get('/stats')

      expect(status).toBe(200)
      expect(body).toEqual({
        total_polls: Number(before.total_polls) + 2,
        total_votes: Number(before.total_votes) + 2,
        polls_with_votes: Number(before.polls_with_votes) + 1,
      })
    })

    test('GET /metrics is Prometheus text, without a label that names a poll', async () => {
      const poll = await createPoll(rest)
      await vote(rest, poll.id, 0)

      const { status, headers, text } = await rest.get('/metrics')

      expect(status).toBe(200)
      expect(headers['content-type']).toMatch(/^text\/plain/)
      expect(text).toMatch(/^# HELP votestream_\w+ /m)
      expect(text).toMatch(/^votestream_\w+(\{[^}]*\})? \d/m)
      // The bounds of a histogram are numbers as well.
      expect(text.replaceAll(/le="[^"]*"/g, '')).not.toMatch(new RegExp(`"(/polls/)?${poll.id}(/[a-z]+)?"`))
    })

    test('GET /metrics is a summary in four groups for who accepts JSON', async () => {
      const { status, headers, body } = await rest.get('/metrics', { accept: 'application/json' })

      expect(status).toBe(200)
      expect(headers['content-type']).toMatch(/^application\/json/)
      expect(Object.keys(body as object).sort()).toEqual(['cache', 'database', 'performance', 'system'])
    })
  })

  describe('polls', () => {
    test('POST /polls answers 201, where the poll is, and the poll', async () => {
      const answer = await rest.post('/polls', {
        question: 'Which language?',
        theme: 'OnTrend',
        options: [{ text: 'Python' }, { text: 'Go' }],
      })

      const { manage_token: manageToken, ...poll } = answer.body as Poll & { manage_token: string }
      expect(answer.status).toBe(201)
      expect(manageToken).toMatch(/^vsm_[\w-]{43}$/)
      expect(answer.headers['content-type']).toMatch(/^application\/json/)
      expect(new URL(String(answer.headers.location), mesh.url).pathname).toBe(`/polls/${poll.id}`)
      expect(poll).toEqual({
        id: expect.any(Number),
        question: 'Which language?',
        theme: 'OnTrend',
        status: 'open',
        options: [
          { index: 0, text: 'Python' },
          { index: 1, text: 'Go' },
        ],
        created_at: expect.stringMatching(RFC_3339_MS),
      })
      expect((await rest.get(`/polls/${poll.id}`)).body).toEqual(poll)
    })

    test('a poll without a theme has the theme null', async () => {
      const withoutKey = await createPoll(rest, aPoll())
      const withNull = await rest.post('/polls', { ...aPoll(), theme: null })

      expect([withoutKey.theme, problemOf(withNull).status]).toEqual([null, 'open'])
      expect((withNull.body as Poll).theme).toBeNull()
    })

    test('texts are trimmed and stored in NFC', async () => {
      const decomposed = 'cafe\u0301'

      const poll = await createPoll(
        rest,
        aPoll({ question: `  Which ${decomposed}? \n`, options: [`\t${decomposed} `, 'tea'] }),
      )

      expect(poll.question).toBe('Which caf\u00e9?')
      expect(poll.options.map(({ text }) => text)).toEqual(['caf\u00e9', 'tea'])
    })

    test('limits count code points after NFC and trimming', async () => {
      // 300 faces are 600 UTF-16 units; 120 accented letters come as 240 code points and become 120.
      const question = ` ${'\u{1F600}'.repeat(300)} `
      const options = ['e\u0301'.repeat(120), ...Array.from({ length: 19 }, (_, index) => `option ${index}`)]

      const poll = await createPoll(rest, aPoll({ question, options }))

      expect(Array.from(poll.question)).toHaveLength(300)
      expect(poll.options.map(({ text }) => text.length).slice(0, 1)).toEqual([120])
      expect(poll.options).toHaveLength(20)
    })

    test('the largest poll fits into the body limit, in any script, escaped too', async () => {
      const escaped = '\\ud83d\\ude00'
      const options = Array.from({ length: 20 }, (_, index) => {
        const digits = String(index).padStart(2, '0')
        return `{"text":"${digits}${escaped.repeat(118)}"}`
      })

      const { status, text } = await rest.send('/polls', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: `{"question":"${escaped.repeat(300)}","options":[${options.join(',')}]}`,
      })

      expect({ status, text }).toMatchObject({ status: 201 })
    })

    test('a repeated POST with one Idempotency-Key makes one poll, however many come at once', async () => {
      const content = aPoll()
      const headers = { 'idempotency-key': randomUUID() }

      const answers = await Promise.all(
        Array.from({ length: 20 }, () => rest.post('/polls', content, headers)),
      )
      const another = await rest.post('/polls', aPoll(), headers)

      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
      expect(new Set(answers.map(({ body }) => (body as Poll).id)).size).toBe(1)
      expect([another.status, problemOf(another).reason]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED'])
    })

    test('GET /polls lists the newest first', async () => {
      const first = await createPoll(rest)
      const second = await createPoll(rest)

      const { status, headers, body } = await rest.get('/polls?limit=2')

      expect([status, headers['content-type']]).toEqual([200, expect.stringMatching(/^application\/json/)])
      expect(body).toEqual([second, first])
    })

    test('following the Link headers shows every poll once, though polls are added meanwhile', async () => {
      for (let count = 0; count < 7; count += 1) await createPoll(rest, aPoll({ theme: 'Sports' }))
      const known = (await getAll('/polls?theme=Sports&limit=200')).polls.map(({ id }) => id)
      const firstPage = await rest.get('/polls?theme=Sports&limit=2')

      await createPoll(rest, aPoll({ theme: 'Sports' }))
      const rest2 = await getAll(String(nextOf(firstPage)))

      const ids = [...pollsOf(firstPage), ...rest2.polls].map(({ id }) => id)
      expect(ids).toEqual(known)
      expect(ids).toEqual([...ids].sort((a, b) => b - a))
      expect(rest2.pages).toBe(Math.ceil(known.length / 2) - 1)
    })

    test('a page has 100 polls by default and 200 at most', async () => {
      const { polls } = await getAll('/polls?limit=200')
      for (let missing = 101 - polls.length; missing > 0; missing -= 1) await createPoll(rest)

      const byDefault = await rest.get('/polls')
      const most = await rest.get('/polls?limit=200')

      expect(pollsOf(byDefault)).toHaveLength(100)
      expect(nextOf(byDefault)).toBeDefined()
      expect(pollsOf(most).length).toBeGreaterThan(100)
      expect(nextOf(most)).toBeUndefined()
    })

    test('GET /polls filters by theme and by status', async () => {
      const poll = await createPoll(rest, aPoll({ theme: 'MoralDilemmas' }))

      const ofTheme = await rest.get('/polls?theme=MoralDilemmas&status=open')
      const closed = await rest.get('/polls?status=closed')
      const closing = await rest.get('/polls?status=closing')

      expect(pollsOf(ofTheme)[0]).toEqual(poll)
      expect(new Set(pollsOf(ofTheme).map(({ theme }) => theme))).toEqual(new Set(['MoralDilemmas']))
      expect([closed.body, closing.body]).toEqual([[], []])
    })
  })

  describe('themes', () => {
    test('GET /themes describes the three themes and counts their polls', async () => {
      const before = (await rest.get('/themes')).body as Record<string, { poll_count: number }>
      await createPoll(rest, aPoll({ theme: 'Sports' }))

      const { status, body } = await rest.get('/themes')

      const theme = (pollCount: unknown) => ({
        name: expect.stringMatching(/./),
        slug: expect.stringMatching(/^[a-z-]+$/),
        description: expect.stringMatching(/./),
        color: expect.stringMatching(/./),
        icon: expect.stringMatching(/./),
        poll_count: pollCount,
      })
      expect(status).toBe(200)
      expect(body).toEqual({
        OnTrend: theme(before.OnTrend?.poll_count),
        MoralDilemmas: theme(before.MoralDilemmas?.poll_count),
        Sports: theme(Number(before.Sports?.poll_count) + 1),
      })
    })

    test('GET /themes/{theme}/polls is GET /polls?theme=, page for page', async () => {
      for (let count = 0; count < 3; count += 1) await createPoll(rest, aPoll({ theme: 'OnTrend' }))

      const ofTheme = await getAll('/themes/OnTrend/polls?limit=2')
      const filtered = await getAll('/polls?theme=OnTrend&limit=2')

      expect(ofTheme).toEqual(filtered)
      expect(ofTheme.pages).toBeGreaterThan(1)
    })

    test('an unknown theme is 404 THEME_NOT_FOUND', async () => {
      const answer = await rest.get('/themes/Nothing/polls')

      expect([answer.status, problemOf(answer).reason]).toEqual([404, 'THEME_NOT_FOUND'])
    })
  })

  describe('voting', () => {
    test('a vote answers 200 with what was counted', async () => {
      const poll = await createPoll(rest)

      const answer = await rest.post(`/polls/${poll.id}/vote`, { choice: 1 })

      expect(answer.status).toBe(200)
      expect(answer.body).toEqual({
        ...{ status: 'ok', vote_id: expect.stringMatching(UUID), poll_id: poll.id, choice: 1, version: 1 },
      })
      expect(countsOf(await readResults(rest, poll.id))).toEqual([0, 1, 0])
    })

    test('without a key every POST is a vote of its own', async () => {
      const poll = await createPoll(rest)

      const first = await vote(rest, poll.id, 2)
      const second = await vote(rest, poll.id, 2)

      expect(second.vote_id).not.toBe(first.vote_id)
      expect(second.version).toBeGreaterThan(first.version)
      expect(countsOf(await readResults(rest, poll.id))).toEqual([0, 0, 2])
    })

    test('a retry with the same key gives the first outcome again and counts nothing', async () => {
      const poll = await createPoll(rest)
      const key = randomUUID()
      const { version: firstVersion, ...first } = await vote(rest, poll.id, 0, key)
      await vote(rest, poll.id, 1)

      const retries = [await vote(rest, poll.id, 0, key), await vote(rest, poll.id, 0, key)]

      expect(retries.map(({ version: _version, ...retry }) => retry)).toEqual([first, first])
      expect(Math.min(...retries.map(({ version }) => version))).toBeGreaterThanOrEqual(firstVersion)
      expect(countsOf(await readResults(rest, poll.id))).toEqual([1, 1, 0])
    })

    test('the same key with another choice is 422 and the first vote stands', async () => {
      const poll = await createPoll(rest)
      const key = randomUUID()
      const first = await vote(rest, poll.id, 0, key)

      const answer = await rest.post(`/polls/${poll.id}/vote`, { choice: 1 }, { 'idempotency-key': key })

      expect([answer.status, problemOf(answer).reason]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED'])
      expect((await vote(rest, poll.id, 0, key)).vote_id).toBe(first.vote_id)
      expect(countsOf(await readResults(rest, poll.id))).toEqual([1, 0, 0])
    })

    test('the same key at another poll is another vote', async () => {
      const [one, other] = [await createPoll(rest), await createPoll(rest)]
      const key = randomUUID()

      const votes = [await vote(rest, one.id, 0, key), await vote(rest, other.id, 1, key)]

      expect(new Set(votes.map(({ vote_id }) => vote_id)).size).toBe(2)
      expect(countsOf(await readResults(rest, one.id))).toEqual([1, 0, 0])
      expect(countsOf(await readResults(rest, other.id))).toEqual([0, 1, 0])
    })

    test.each([['!'], ['~'.repeat(128)], ['"quoted,{odd}"']])('%s is a key', async (key) => {
      const poll = await createPoll(rest)

      const votes = [await vote(rest, poll.id, 0, key), await vote(rest, poll.id, 0, key)]

      expect(new Set(votes.map(({ vote_id }) => vote_id)).size).toBe(1)
    })

    test('Prefer: respond-async asks for 202 where a vote can be pending, and the vote is counted all the same', async () => {
      const poll = await createPoll(rest)

      const { status, headers, body } = await rest.post(
        `/polls/${poll.id}/vote`,
        { choice: 0 },
        { prefer: 'respond-async' },
      )

      const { vote_id: voteId } = body as CountedVote
      const found = await eventually(async () => {
        const answer = await rest.get(`/polls/${poll.id}/votes/${voteId}`)
        expect(answer.body).toMatchObject({ status: 'counted' })
        return answer
      })
      // A log of the process alone has nothing that is recorded and not counted.
      expect(full ? [200, 202] : [200]).toContain(status)
      expect(voteId).toMatch(UUID)
      expect(found.status).toBe(200)
      expect([headers['preference-applied'], headers['retry-after']]).toEqual(
        status === 202 ? ['respond-async', expect.stringMatching(/^\d+$/)] : [undefined, undefined],
      )
    })

    test('GET /polls/{id}/votes/{vote_id} says counted', async () => {
      const poll = await createPoll(rest)
      const { vote_id } = await vote(rest, poll.id, 0, randomUUID())

      const { status, body } = await rest.get(`/polls/${poll.id}/votes/${vote_id}`)

      expect([status, body]).toEqual([200, { status: 'counted', vote_id, poll_id: poll.id }])
    })

    test('a vote that nobody cast is 404 VOTE_NOT_FOUND, in its own poll and in another', async () => {
      const [one, other] = [await createPoll(rest), await createPoll(rest)]
      const { vote_id } = await vote(rest, one.id, 0)

      const answers = [
        await rest.get(`/polls/${one.id}/votes/${randomUUID()}`),
        await rest.get(`/polls/${other.id}/votes/${vote_id}`),
        await rest.get(`/polls/${one.id}/votes/not-a-vote`),
      ]

      expect(answers.map((answer) => [answer.status, problemOf(answer).reason])).toEqual(
        answers.map(() => [404, 'VOTE_NOT_FOUND']),
      )
    })
  })

  describe('results', () => {
    test('GET /polls/{id}/results is the document of the contract', async () => {
      const poll = await createPoll(rest)
      await vote(rest, poll.id, 2)
      const { version } = await vote(rest, poll.id, 0)

      const { status, headers, body } = await rest.get(`/polls/${poll.id}/results`)

      expect([status, headers['content-type']]).toEqual([200, expect.stringMatching(/^application\/json/)])
      expect(body).toEqual({
        ...{ poll_id: poll.id, status: 'open', version, total_votes: 2 },
        options: [
          { index: 0, text: 'left', votes: 1 },
          { index: 1, text: 'right', votes: 0 },
          { index: 2, text: 'straight on', votes: 1 },
        ],
        ...{ as_of: expect.stringMatching(RFC_3339_MS), stale: false, final: false },
      })
    })

    test('a poll that nobody voted on has zeros', async () => {
      const poll = await createPoll(rest)

      const results = await readResults(rest, poll.id)

      expect(results).toMatchObject({ version: 0, total_votes: 0, stale: false })
      expect(countsOf(results)).toEqual([0, 0, 0])
    })

    test('as_of is the time of the read and never goes back', async () => {
      const poll = await createPoll(rest)

      const times = [await readResults(rest, poll.id), await readResults(rest, poll.id)].map(({ as_of }) =>
        Date.parse(as_of),
      )

      expect(times[1]).toBeGreaterThanOrEqual(Number(times[0]))
      expect(Math.abs(Date.now() - Number(times[1]))).toBeLessThan(60_000)
    })

    test('If-None-Match answers 304 until the next vote', async () => {
      const poll = await createPoll(rest)
      await vote(rest, poll.id, 0)
      const path = `/polls/${poll.id}/results`
      const etag = String((await rest.get(path)).headers.etag)
      const ask = (header: string): Promise<Answer> => rest.get(path, { 'if-none-match': header })

      const same = await ask(etag)
      const amongOthers = await ask(`W/"nothing", ${etag}`)
      const any = await ask('*')
      await vote(rest, poll.id, 0)
      const changed = await ask(etag)

      expect(etag).toMatch(/^W\/"[^"]+"$/)
      expect([same, amongOthers, any].map(({ status, text }) => [status, text])).toEqual([
        ...[[304, ''], [304, ''], [304, '']], // prettier-ignore
      ])
      expect(same.headers.etag).toBe(etag)
      expect(changed.status).toBe(200)
      expect(changed.headers.etag).not.toBe(etag)
    })
  })

  describe('the page', () => {
    test('is at /, with everything that it asks for', async () => {
      const page = await rest.get('/')

      const parts = [...page.text.matchAll(/(?:src|href)="(\/?[\w./-]+\.(?:js|css|svg|png|ico))"/g)].map(
        ([, part]) => new URL(String(part), mesh.url).pathname,
      )
      const answers = await Promise.all(parts.map((part) => rest.get(part)))
      expect([page.status, page.headers['content-type']]).toEqual([200, expect.stringMatching(/^text\/html/)])
      expect(parts.length).toBeGreaterThan(0)
      expect(answers.map(({ status }) => status)).toEqual(parts.map(() => 200))
    })
  })

  describe('every answer', () => {
    const allPaths = async (): Promise<readonly string[]> => {
      const poll = await createPoll(rest)
      const { vote_id } = await vote(rest, poll.id, 0)
      const ofPoll = ['', '/results', `/votes/${vote_id}`].map((path) => `/polls/${poll.id}${path}`)
      return [...['/health', '/stats', '/metrics', '/polls', '/themes', '/themes/Sports/polls'], ...ofPoll]
    }

    test('carries the X-Request-Id of the caller, or one of its own', async () => {
      for (const path of [...(await allPaths()), `/polls/${NOBODY}`, '/nowhere']) {
        const own = await rest.get(path)
        const given = await rest.get(path, { 'x-request-id': 'a.B_c-9' })
        const unfit = await rest.get(path, { 'x-request-id': 'spaces are not ids' })

        expect([path, own.headers['x-request-id']]).toEqual([path, expect.stringMatching(/^[\w.-]{1,64}$/)])
        expect([path, given.headers['x-request-id']]).toEqual([path, 'a.B_c-9'])
        expect(unfit.headers['x-request-id']).not.toBe('spaces are not ids')
      }
    })

    test('to HEAD is the one to GET without its body', async () => {
      for (const path of [...(await allPaths()), `/polls/${NOBODY}`]) {
        const get = await rest.get(path)
        const head = await rest.send(path, { method: 'HEAD' })

        expect([path, head.status, head.text]).toEqual([path, get.status, ''])
        expect([path, head.headers['content-type']]).toEqual([path, get.headers['content-type']])
        expect(head.headers['x-request-id']).toBeDefined()
      }
    })

    test('to a known path with another method is 405 with Allow', async () => {
      const [one] = await Promise.all([createPoll(rest)])
      const cases = [
        ...['/health', '/stats', '/metrics', '/themes', '/themes/Sports/polls'],
        ...[`/polls/${one.id}`, `/polls/${one.id}/results`, `/polls/${one.id}/votes/${randomUUID()}`],
      ].map((path) => ({ method: 'POST', path, allow: ['GET', 'HEAD'] }))

      for (const { method, path, allow } of [
        ...cases,
        { method: 'DELETE', path: '/polls', allow: ['GET', 'HEAD', 'POST'] },
        { method: 'GET', path: `/polls/${one.id}/vote`, allow: ['POST'] },
        { method: 'PUT', path: `/polls/${NOBODY}/vote`, allow: ['POST'] },
      ]) {
        const answer = await rest.send(path, { method })

        const allowed = String(answer.headers.allow).split(/,\s*/)
        expect([method, path, answer.status, problemOf(answer).reason]).toEqual([
          ...[method, path, 405, 'METHOD_NOT_ALLOWED'],
        ])
        expect(allowed).toEqual(expect.arrayContaining(allow))
        expect(allowed).not.toContain(method)
      }
    })

    test.each([
      ...['/polls/0', '/polls/01', '/polls/-1', '/polls/1.0', '/polls/abc', '/polls/12345678901234567'],
      ...['/polls/+1', '/polls/%31%00', `/polls/${NOBODY}`, '/polls/9007199254740993', '/polls/1e0'],
    ])('to %s is 404: no poll has that id', async (path) => {
      const answers = [await rest.get(path), await rest.get(`${path}/results`)]

      expect(answers.map(({ status }) => status)).toEqual([404, 404])
      expect(answers.map(({ headers }) => headers['content-type'])).toEqual(
        answers.map((): unknown => expect.stringMatching(/^application\/problem\+json/)),
      )
    })

    test('that is an error is a problem document', async () => {
      const answer = await rest.get(`/polls/${NOBODY}`, { 'x-request-id': 'mine' })

      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
      expect(answer.body).toEqual({
        type: expect.any(String),
        title: expect.stringMatching(/./),
        status: 404,
        detail: expect.stringMatching(/./),
        reason: 'POLL_NOT_FOUND',
        request_id: 'mine',
      })
    })
  })
}
