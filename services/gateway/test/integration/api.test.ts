import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { invalidArgument } from '@votestream/errors'
import { aPoll, MANAGE_TOKEN, theTheme } from '../fakes.js'
import { sendRaw } from '../wire.js'
import { openWorld, told, type World } from '../world.js'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
})
beforeEach(() => {
  world.polls.handlers = {}
  world.votes.handlers = {}
  world.polls.asked.length = 0
})

const thePoll = {
  id: 1,
  question: 'Tabs or spaces?',
  theme: 'OnTrend',
  status: 'open',
  options: [
    { index: 0, text: 'Tabs' },
    { index: 1, text: 'Spaces' },
  ],
  created_at: '2026-11-23T10:00:00.123Z',
}

const getJson = async (path: string): Promise<unknown> => (await world.fetch(path)).json()

const postPoll = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  world.fetch('/polls', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

const asked = (method: string): unknown => world.polls.asked.find((each) => each.method === method)?.request

describe('polls', () => {
  test('a poll is created: 201, Location and the poll', async () => {
    const body = { question: 'Tea?', theme: 'Sports', options: [{ text: 'Yes' }, { text: 'No' }] }

    const response = await postPoll(body, { 'Idempotency-Key': 'key-1' })

    expect(response.status).toBe(201)
    expect(response.headers.get('location')).toBe('/polls/7')
    expect(await response.json()).toMatchObject({ id: 7, question: 'Tea?', theme: 'Sports', status: 'open' })
    expect(asked('CreatePoll')).toEqual({
      question: 'Tea?',
      theme: 'Sports',
      options: ['Yes', 'No'],
      idempotencyKey: 'key-1',
      ...{ opensAtUs: 0, closesAtUs: 0 },
    })
  })

  test('its author alone is told the manage token, and when it opens and closes', async () => {
    const times = { opens_at: '2026-11-23T10:00:00+01:00', closes_at: '2026-11-23T10:00:00.5Z' }
    const body = { question: 'Tea?', options: [{ text: 'Yes' }, { text: 'No' }], ...times }

    const created = await (await postPoll(body)).json()

    expect(created).toMatchObject({
      ...{ opens_at: '2026-11-23T09:00:00.000Z', closes_at: '2026-11-23T10:00:00.500Z' },
      manage_token: MANAGE_TOKEN,
    })
    expect(asked('CreatePoll')).toMatchObject({
      opensAtUs: Date.UTC(2026, 10, 23, 9) * 1_000,
      closesAtUs: (Date.UTC(2026, 10, 23, 10) + 500) * 1_000,
    })
    for (const path of ['/polls/1', '/polls', '/polls/1/results'])
      expect(JSON.stringify(await getJson(path))).not.toContain('manage')
  })

  test.each([
    ['without a theme', {}],
    ['with the theme null', { theme: null }],
  ])('%s it has none', async (_what, theme) => {
    const response = await postPoll({
      question: 'Tea?',
      options: [{ text: 'Yes' }, { text: 'No' }],
      ...theme,
    })

    expect(await response.json()).toMatchObject({ theme: null })
    expect(asked('CreatePoll')).toMatchObject({ theme: '', idempotencyKey: '' })
  })

  test.each<[string, unknown, unknown]>([
    ['an array', [], [{ path: '', message: 'must be an object' }]],
    ['null', null, [{ path: '', message: 'must be an object' }]],
    ['a text', '"poll"', [{ path: '', message: 'must be an object' }]],
    [
      'nothing in it',
      {},
      [
        { path: 'question', message: 'is required' },
        { path: 'options', message: 'is required' },
      ],
    ],
    [
      'wrong types everywhere',
      { question: 1, theme: true, options: [{ text: 1 }, 'b', {}] },
      [
        { path: 'question', message: 'must be a string' },
        { path: 'theme', message: 'must be a string' },
        { path: 'options[0].text', message: 'must be a string' },
        { path: 'options[1]', message: 'must be an object' },
        { path: 'options[2].text', message: 'is required' },
      ],
    ],
    [
      'other keys',
      { question: 'q', secret: 1, options: [{ text: 'a', hidden: 1 }, { text: 'b' }] },
      [
        { path: 'options[0]', message: 'must have no other keys' },
        { path: '', message: 'must have no other keys' },
      ],
    ],
    [
      'no times',
      { question: 'q', options: [{ text: 'a' }, { text: 'b' }], opens_at: 5, closes_at: 'soon' },
      [
        { path: 'opens_at', message: 'must be a string' },
        { path: 'closes_at', message: 'must be a time such as 2026-11-23T10:00:00.000Z' },
      ],
    ],
    [
      'an empty theme',
      { question: 'q', theme: '', options: [{ text: 'a' }, { text: 'b' }] },
      [{ path: 'theme', message: 'must not be empty' }],
    ],
  ])('a body with %s is INVALID_BODY', async (_what, body, errors) => {
    const { status, body: problem } = await told(await postPoll(body))

    expect(status).toBe(400)
    expect(problem).toMatchObject({ reason: 'INVALID_BODY', errors })
    expect(JSON.stringify(problem)).not.toMatch(/secret|hidden/)
    expect(asked('CreatePoll')).toBeUndefined()
  })

  test('what polls finds wrong is told with its paths', async () => {
    const details = [{ path: 'options[1].text', message: 'must differ from options[0].text' }]
    world.polls.handlers.CreatePoll = () =>
      Promise.reject(invalidArgument('INVALID_BODY', 'the poll is not valid', { details }))

    const { status, body } = await told(await postPoll({ question: 'q', options: [] }))

    expect({ status, reason: body.reason, errors: body.errors }).toEqual({
      status: 400,
      reason: 'INVALID_BODY',
      errors: details,
    })
  })

  test('32 KiB are the limit', async () => {
    const poll = (bytes: number): string => {
      const frame = JSON.stringify({ question: '', options: [{ text: 'a' }, { text: 'b' }] })
      return frame.replace('""', `"${'q'.repeat(bytes - frame.length)}"`)
    }

    expect((await postPoll(poll(32 * 1024))).status).toBe(201)
    expect((await postPoll(poll(32 * 1024 + 1))).status).toBe(413)
  })

  test('a poll is read as it is now', async () => {
    expect(await getJson('/polls/1')).toEqual(thePoll)

    world.polls.polls = [aPoll({ status: 'POLL_STATUS_CLOSED' })]
    expect(await getJson('/polls/1')).toMatchObject({ status: 'closed' })
    world.polls.polls = [aPoll()]
  })

  test('a poll that does not exist is 404', async () => {
    expect(await told(await world.fetch('/polls/2'))).toMatchObject({
      status: 404,
      body: { reason: 'POLL_NOT_FOUND' },
    })
  })
})

describe('closing a poll', () => {
  const close = (headers: Record<string, string>, o: { path?: string; body?: string } = {}) =>
    world.fetch(o.path ?? '/polls/1/close', {
      method: 'POST',
      headers: { ...headers, ...(o.body !== undefined && { 'Content-Type': 'application/json' }) },
      ...(o.body !== undefined && { body: o.body }),
    })
  const owner = { Authorization: `Bearer ${MANAGE_TOKEN}` }

  test.each([
    ['POLL_STATUS_CLOSED', 200, 'closed', '2026-11-23T10:00:01.000Z'],
    ['POLL_STATUS_CLOSING', 202, 'closing', null],
  ] as const)(
    'its owner is answered with the poll that is %s: %i',
    async (now, expected, status, closedAt) => {
      const closedAtUs = closedAt === null ? 0 : Date.parse(closedAt) * 1_000
      world.polls.handlers.ClosePoll = () => Promise.resolve({ poll: aPoll({ status: now, closedAtUs }) })

      const response = await close(owner)

      expect(response.status).toBe(expected)
      expect(await response.json()).toEqual({
        ...thePoll,
        status,
        ...(closedAt !== null && { closed_at: closedAt }),
      })
      expect(asked('ClosePoll')).toEqual({ pollId: 1, manageToken: MANAGE_TOKEN })
    },
  )

  test('an empty object is no body either', async () => {
    expect((await close(owner, { body: ' {} ' })).status).toBe(200)
    expect((await close({ authorization: `bearer  ${MANAGE_TOKEN}` })).status).toBe(200)
  })

  test.each([
    ['no token', {}, {}, 401, 'MANAGE_TOKEN_REQUIRED'],
    ['another scheme', { Authorization: 'Basic dTpw' }, {}, 401, 'MANAGE_TOKEN_REQUIRED'],
    ['an empty token', { Authorization: 'Bearer ' }, {}, 401, 'MANAGE_TOKEN_REQUIRED'],
    [
      'the token in the URL',
      {},
      { path: `/polls/1/close?token=${MANAGE_TOKEN}` },
      401,
      'MANAGE_TOKEN_REQUIRED',
    ],
    ['a wrong token', { Authorization: 'Bearer vsm_no' }, {}, 403, 'MANAGE_TOKEN_WRONG'],
    ['a body', owner, { body: '{"now":true}' }, 400, 'INVALID_BODY'],
    ['a body and no token', {}, { body: '[]' }, 400, 'INVALID_BODY'],
    ['no id', owner, { path: '/polls/x/close' }, 404, 'POLL_NOT_FOUND'],
  ])('with %s it is refused', async (_what, headers, request, expected, reason) => {
    const response = await close(headers, request)
    const authenticate = response.headers.get('www-authenticate')
    const { status, body } = await told(response)

    expect({ status, reason: body.reason }).toEqual({ status: expected, reason })
    expect(authenticate).toBe(expected === 401 ? 'Bearer' : null)
    expect(JSON.stringify(body)).not.toContain('vsm_')
  })

  test('only POST closes', async () => {
    const response = await world.fetch('/polls/1/close')

    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST')
  })
})

describe('lists', () => {
  test('polls come as an array, by default a hundred', async () => {
    expect(await getJson('/polls')).toEqual([thePoll])
    expect(asked('ListPolls')).toEqual({
      theme: '',
      status: 'POLL_STATUS_UNSPECIFIED',
      limit: 100,
      afterId: 0,
    })
  })

  test('filters are passed on', async () => {
    await world.fetch('/polls?theme=OnTrend&status=closing&limit=200&after=17')

    expect(asked('ListPolls')).toEqual({
      theme: 'OnTrend',
      status: 'POLL_STATUS_CLOSING',
      limit: 200,
      afterId: 17,
    })
  })

  test('the next page keeps path and filters', async () => {
    world.polls.handlers.ListPolls = () => Promise.resolve({ polls: [aPoll()], nextAfterId: 41 })

    const links = await Promise.all(
      [
        '/polls',
        '/polls?status=open&theme=OnTrend&limit=2&after=50&x=1',
        '/themes/OnTrend/polls?limit=1',
      ].map(async (path) => (await world.fetch(path)).headers.get('link')),
    )

    expect(links).toEqual([
      '</polls?after=41>; rel="next"',
      '</polls?status=open&theme=OnTrend&limit=2&after=41>; rel="next"',
      '</themes/OnTrend/polls?limit=1&after=41>; rel="next"',
    ])
  })

  test('the last page has no link', async () => {
    expect((await world.fetch('/polls')).headers.get('link')).toBeNull()
  })

  test.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=1.0', 'limit'],
    ['limit=1e2', 'limit'],
    ['limit=010', 'limit'],
    ['limit=abc', 'limit'],
    ['limit=', 'limit'],
    ['limit', 'limit'],
    ['limit=%31%30x', 'limit'],
    ['limit=+5', 'limit'],
    ['limit=5&limit=5', 'limit'],
    ['after=0', 'after'],
    ['after=x', 'after'],
    ['after=-1', 'after'],
    ['status=OPEN', 'status'],
    ['status=', 'status'],
    ['theme=', 'theme'],
    ['theme=OnTrend&theme=Sports', 'theme'],
    ['theme=%zz', ''],
    ['theme=%ff', ''],
  ])('%s is INVALID_QUERY', async (query, path) => {
    const { status, body } = await told(await world.fetch(`/polls?${query}`))

    expect(status).toBe(400)
    expect(body).toMatchObject({ reason: 'INVALID_QUERY', errors: [{ path, message: expect.any(String) }] })
  })

  test('all faults of a query are told at once', async () => {
    const { body } = await told(await world.fetch('/polls?limit=x&status=y'))

    expect(body.errors).toHaveLength(2)
  })

  test('other names in a query are left alone, and escapes are decoded', async () => {
    expect((await world.fetch('/polls?utm_source=x&&=&theme=On%54rend')).status).toBe(200)
    expect(asked('ListPolls')).toMatchObject({ theme: 'OnTrend' })
  })

  test('themes are an object by their keys', async () => {
    const { key, pollCount, ...theme } = theTheme

    expect(await getJson('/themes')).toEqual({ [key]: { ...theme, poll_count: pollCount } })
  })

  test('the polls of a theme', async () => {
    expect(await getJson('/themes/OnTrend/polls')).toEqual([thePoll])
    expect(asked('ListPolls')).toMatchObject({ theme: 'OnTrend' })
  })

  test.each([
    '/themes/Nothing/polls',
    '/themes/%zz/polls',
    '/themes/On%54rend/polls',
    '/polls?theme=Nothing',
    '/polls?theme=%00',
  ])('%s is THEME_NOT_FOUND', async (path) => {
    expect(await told(await world.fetch(path))).toMatchObject({
      status: 404,
      body: { reason: 'THEME_NOT_FOUND' },
    })
  })
})

describe('results', () => {
  const theResults = {
    poll_id: 1,
    status: 'open',
    version: 17,
    total_votes: 17,
    options: [
      { index: 0, text: 'Tabs', votes: 9 },
      { index: 1, text: 'Spaces', votes: 8 },
    ],
    as_of: '2026-11-23T10:00:00.123Z',
    stale: false,
    final: false,
  }

  test('are the document, with a weak ETag, to be asked for again', async () => {
    const response = await world.fetch('/polls/1/results')

    expect(await response.json()).toEqual(theResults)
    expect(response.headers.get('etag')).toBe('W/"17"')
    expect(response.headers.get('cache-control')).toBe('no-cache')
  })

  test('of a poll that nobody voted on have zeros', async () => {
    world.votes.handlers.GetResults = () =>
      Promise.resolve({
        results: [{ pollId: 1, version: 0, counts: [], status: 'POLL_STATUS_OPEN', asOfUs: 1_000 }],
      })

    expect(await getJson('/polls/1/results')).toMatchObject({
      version: 0,
      total_votes: 0,
      options: [{ votes: 0 }, { votes: 0 }],
    })
  })

  test.each(['W/"17"', '"17"', '*', '"1", W/"17"'])('If-None-Match %s is 304', async (tag) => {
    const headers = { 'If-None-Match': tag, 'X-Request-Id': 'r1' }

    const response = await world.fetch('/polls/1/results', { headers })

    expect(response.status).toBe(304)
    expect(await response.text()).toBe('')
    expect(response.headers.get('etag')).toBe('W/"17"')
    expect(response.headers.get('x-request-id')).toBe('r1')
  })

  test('another ETag is 200', async () => {
    expect((await world.fetch('/polls/1/results', { headers: { 'If-None-Match': 'W/"16"' } })).status).toBe(
      200,
    )
  })

  test('that nobody can confirm say so, and are sent whatever the client has; they are fresh again at once', async () => {
    const asOfUs = Date.UTC(2026, 10, 23, 9) * 1_000
    const headers = { 'If-None-Match': 'W/"17"' }
    world.votes.handlers.GetResults = ({ pollIds }) => {
      const copy = { version: 17, counts: [9, 8], status: 'POLL_STATUS_OPEN' as const, asOfUs, stale: true }
      return Promise.resolve({ results: pollIds.map((pollId) => ({ pollId, ...copy })) })
    }

    const stale = await world.fetch('/polls/1/results', { headers })
    delete world.votes.handlers.GetResults
    const fresh = await world.fetch('/polls/1/results', { headers })

    expect([stale.status, stale.headers.get('etag'), stale.headers.get('cache-control')]).toEqual([
      ...[200, null, 'no-store'],
    ])
    expect(await stale.json()).toMatchObject({
      ...{ version: 17, total_votes: 17, stale: true, as_of: '2026-11-23T09:00:00.000Z' },
    })
    expect(fresh.status).toBe(304)
  })

  test('never go back to a copy that is older than what was said', async () => {
    const copyAt = (version: number) => {
      const copy = { version, counts: [version], status: 'POLL_STATUS_OPEN' as const, stale: true }
      world.votes.handlers.GetResults = ({ pollIds }) =>
        Promise.resolve({ results: pollIds.map((pollId) => ({ pollId, ...copy })) })
    }
    const statuses: number[] = []

    statuses.push((await world.fetch('/polls/1/results')).status)
    for (const version of [16, 17]) {
      copyAt(version)
      statuses.push((await world.fetch('/polls/1/results')).status)
    }

    expect(statuses).toEqual([200, 503, 200])
  })

  test('that are unknown, with the record away and no copy, are 503 for that poll alone', async () => {
    world.votes.handlers.GetResults = ({ pollIds }) =>
      Promise.resolve({ results: pollIds.map((pollId) => ({ pollId, unknown: true })) })

    const response = await world.fetch('/polls/1/results')

    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
    expect(await response.json()).toMatchObject({ reason: 'UNAVAILABLE' })
  })

  test('of a poll that does not exist are 404, without asking votes', async () => {
    let asked = false
    world.votes.handlers.GetResults = () => {
      asked = true
      return Promise.resolve({ results: [] })
    }

    expect((await world.fetch('/polls/2/results')).status).toBe(404)
    expect(asked).toBe(false)
  })

  test("go on while polls is away: a poll's text never changes", async () => {
    await world.fetch('/polls/1/results')
    const { back } = await world.kill('polls')

    const response = await world.fetch('/polls/1/results')
    await back()

    expect(await response.json()).toEqual(theResults)
  })

  test('reads that come together share their calls, and each includes what was there before it began', async () => {
    let version = 20
    let calls = 0
    world.votes.handlers.GetResults = async ({ pollIds }) => {
      calls += 1
      const read = version
      await new Promise((resolve) => setTimeout(resolve, 30))
      return {
        results: pollIds.map((pollId) => ({
          ...{ pollId, version: read, counts: [], status: 'POLL_STATUS_OPEN' as const, asOfUs: 1_000 },
        })),
      }
    }
    const versionOf = async (): Promise<unknown> =>
      ((await getJson('/polls/1/results')) as { version: unknown }).version

    const first = [versionOf(), versionOf(), versionOf()]
    await new Promise((resolve) => setTimeout(resolve, 10))
    version = 21
    const second = await Promise.all(Array.from({ length: 20 }, versionOf))
    await Promise.all(first)

    expect(new Set(second)).toEqual(new Set([21]))
    expect(calls).toBeLessThan(10)
  })
})

describe('a vote, asked for by its id', () => {
  const id = '0198f4f0-0000-7000-8000-000000000001'

  test.each([
    ['OUTCOME_STATUS_COUNTED', '', { status: 'counted' }],
    ['OUTCOME_STATUS_PENDING', '', { status: 'pending' }],
    ['OUTCOME_STATUS_REJECTED', 'ALREADY_VOTED', { status: 'rejected', reason: 'ALREADY_VOTED' }],
  ] as const)('%s', async (status, reason, expected) => {
    let bytes = Buffer.alloc(0)
    world.votes.handlers.GetVote = ({ voteId }) => {
      bytes = Buffer.from(voteId)
      return Promise.resolve({ status, reason })
    }

    const answer = await getJson(`/polls/1/votes/${id.toUpperCase()}`)

    expect(answer).toEqual({ ...expected, vote_id: id, poll_id: 1 })
    expect(bytes.toString('hex')).toBe(id.replaceAll('-', ''))
  })

  test.each(['abc', `${id}0`, id.replace('-', '_')])('%s is no vote', async (text) => {
    expect(await told(await world.fetch(`/polls/1/votes/${text}`))).toMatchObject({
      status: 404,
      body: { reason: 'VOTE_NOT_FOUND' },
    })
  })
})

describe('what every answer has', () => {
  const paths = [
    '/health',
    '/stats',
    '/metrics',
    '/polls',
    '/polls/1',
    '/polls/1/results',
    '/polls/1/votes/0198f4f0-0000-7000-8000-000000000001',
    '/themes',
    '/themes/OnTrend/polls',
    '/',
    '/main.js',
  ]

  test.each(paths)('HEAD %s is GET without its body', async (path) => {
    const [get, head] = await Promise.all([world.fetch(path), world.fetch(path, { method: 'HEAD' })])

    expect(head.status).toBe(get.status)
    expect(await head.text()).toBe('')
    expect((await get.text()).length).toBeGreaterThan(0)
    for (const name of ['content-type', 'cache-control', 'etag', 'x-content-type-options'])
      expect(head.headers.get(name)).toBe(get.headers.get(name))
  })

  const methods: [string, string, string][] = [
    ...paths
      .filter((path) => path !== '/polls')
      .map((path): [string, string, string] => ['DELETE', path, 'GET, HEAD']),
    ['PUT', '/polls', 'GET, HEAD, POST'],
    ['GET', '/polls/1/vote', 'POST'],
    ['HEAD', '/polls/1/vote', 'POST'],
    ['PATCH', '/polls/1/vote', 'POST'],
    ['DELETE', '/polls/abc', 'GET, HEAD'],
    ['POST', '/polls/1/events', 'GET, HEAD'],
    ['POST', '/polls/1/stream', 'GET, HEAD'],
    ['OPTIONS', '/polls/1/results', 'GET, HEAD'],
  ]
  test.each(methods)('%s %s is 405', async (method, path, allow) => {
    const response = await world.fetch(path, { method, headers: { 'X-Request-Id': 'r2' } })

    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe(allow)
    expect(response.headers.get('x-request-id')).toBe('r2')
    expect(response.headers.get('content-type')).toBe('application/problem+json')
  })

  test.each([
    '/nothing',
    '/polls/',
    '/polls/1/',
    '/polls/1/vote/x',
    '/themes/',
    '/index.htm',
    '/../package.json',
    '/.env',
  ])('%s is 404', async (path) => {
    const { status, body, type } = await told(await world.fetch(path))

    expect({ status, type, reason: body.reason }).toEqual({
      status: 404,
      type: 'application/problem+json',
      reason: 'NOT_FOUND',
    })
  })

  test('a request id of the client goes to the services; another one is replaced', async () => {
    await world.fetch('/themes', { headers: { 'X-Request-Id': 'mine_1.2-3' } })
    const replaced = await world.fetch('/themes', { headers: { 'X-Request-Id': 'not mine' } })

    expect(world.polls.asked[0]?.context.requestId).toBe('mine_1.2-3')
    expect(replaced.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(world.polls.asked[1]?.context.requestId).toBe(replaced.headers.get('x-request-id'))
  })

  test.each(['/health', '/polls', '/polls/1/results', '/nothing', '/'])(
    '%s has the security headers',
    async (path) => {
      const { headers } = await world.fetch(path)

      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(headers.get('x-powered-by')).toBeNull()
    },
  )
})

describe('faults are judged in their order', () => {
  const post = (path: string, type: string, body: string): Promise<Response> =>
    world.fetch(path, { method: 'POST', headers: { 'Content-Type': type }, body })

  test.each([
    [405, () => world.fetch('/polls/abc/vote', { method: 'PUT', body: 'x'.repeat(5_000) })],
    [413, () => post('/polls/abc/vote', 'text/plain', 'x'.repeat(5_000))],
    [415, () => post('/polls/abc/vote', 'text/plain', 'x')],
    [400, () => post('/polls/abc/vote', 'application/json', 'x')],
    [404, () => post('/polls/abc/vote', 'application/json', '{"choice":99}')],
  ])('%d', async (status, send) => {
    expect((await send()).status).toBe(status)
  })
})

describe('monitoring', () => {
  test('stats are the sums of both services', async () => {
    expect(await getJson('/stats')).toEqual({ total_polls: 3, total_votes: 1_201, polls_with_votes: 2 })
  })

  test('metrics are Prometheus text by default', async () => {
    const response = await world.fetch('/metrics')

    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    expect(await response.text()).toMatch(/^votestream_votes_received_total/m)
  })

  test('and a summary in four groups for who wants JSON', async () => {
    await world.vote(1, { choice: 0 })

    const response = await world.fetch('/metrics', { headers: { Accept: 'application/json' } })

    const summary = (await response.json()) as Record<string, Record<string, unknown>>
    expect(Object.keys(summary)).toEqual(['database', 'performance', 'system', 'cache'])
    expect(summary.database).toMatchObject({ up: true, total_polls: 3, total_votes: 1_201 })
    expect(summary.performance?.votes_counted).toBeGreaterThanOrEqual(1)
    expect(summary.system?.resident_memory_bytes).toBeGreaterThan(1_000_000)
    expect(response.headers.get('vary')).toBe('Accept')
  })
})

test('the page is served as files, without inline code', async () => {
  const page = await world.fetch('/')

  expect(page.headers.get('content-type')).toMatch(/^text\/html/)
  expect(page.headers.get('cache-control')).toBe('no-cache')
  expect(await page.text()).not.toMatch(/<script(?![^>]* src=)|<style|\son\w+=|style="/)

  // fetch() itself would add Cache-Control: no-cache to a conditional request.
  const etag = page.headers.get('etag') ?? ''
  const again = await sendRaw(world.port, `GET / HTTP/1.1\r\nHost: g\r\nIf-None-Match: ${etag}\r\n\r\n`)
  expect(again.answers[0]?.status).toBe(304)
  expect(again.answers[0]?.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
})
