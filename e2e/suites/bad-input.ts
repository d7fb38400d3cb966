import { beforeAll, describe, expect, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { Poll, Problem } from '../client/documents.js'
import { aPoll, countsOf, createPoll, readResults, vote } from '../client/polls.js'
import type { Answer, Rest, SendOptions } from '../client/rest.js'
import type { PublicSubject } from './subject.js'

/** What is refused, and how; nothing of it is counted. */
export const badInput = (subject: PublicSubject): void => {
  const NOBODY = 999_999_999
  const JSON_TYPE = { 'content-type': 'application/json' }
  const VOTE_LIMIT_BYTES = 4 * 1024
  const POLL_LIMIT_BYTES = 32 * 1024

  let mesh: PublicSubject['mesh']
  let rest: Rest

  beforeAll(() => {
    ;({ mesh, rest } = subject)
  })

  const problemOf = ({ body }: Answer): Problem => body as Problem
  const verdictOf = (answer: Answer): unknown => [answer.status, problemOf(answer).reason]

  const postRaw = (path: string, body: string | Buffer, options: SendOptions = {}): Promise<Answer> =>
    rest.send(path, { method: 'POST', headers: JSON_TYPE, ...options, body })

  const aFaultAt = (path: unknown) => ({ path, message: expect.stringMatching(/./) as unknown })

  /** White space is no content, but it counts. */
  const paddedTo = (bytes: number, json: string): string => json + ' '.repeat(bytes - Buffer.byteLength(json))

  describe('a vote is never coerced', () => {
    let poll: Poll
    beforeAll(async () => {
      poll = await createPoll(rest)
    })

    test.each([
      ...['"1"', '1.5', 'true', '[]', 'null', '{}', '""', '[0]', '-1', '1e400', '-1e400', '9007199254740993'],
      ...['1e-400', '1.0000000000000001', '0.00000000000000000001', '9007199254740992', '1e21', '4294967296'],
      ...['18446744073709551616', '-9007199254740993', '3', '20'],
    ])('%s is refused as a choice', async (choice) => {
      const answer = await postRaw(`/polls/${poll.id}/vote`, `{"choice":${choice}}`)

      expect([
        [400, 'INVALID_BODY'],
        [422, 'CHOICE_OUT_OF_RANGE'],
      ]).toContainEqual(verdictOf(answer))
    })

    test.each(['"1"', '-1', 'true', '[]', 'null'])(
      '%s is INVALID_BODY and the path is named',
      async (choice) => {
        const answer = await postRaw(`/polls/${poll.id}/vote`, `{"choice":${choice}}`)

        expect(verdictOf(answer)).toEqual([400, 'INVALID_BODY'])
        expect(problemOf(answer).errors).toEqual([aFaultAt('choice')])
      },
    )

    test.each([
      ['nothing', ''],
      ['white space', ' \n'],
      ['not JSON', '{"choice":0'],
      ['two documents', '{"choice":0}{"choice":0}'],
      ['an array', '[{"choice":0}]'],
      ['a number', '0'],
      ['null', 'null'],
      ['no choice', '{}'],
      ['an unknown key', '{"choice":0,"weight":2}'],
      ['a duplicate key', '{"choice":0,"choice":1}'],
      ['a duplicate key in disguise', '{"choice":0,"ch\\u006fice":0}'],
      ['__proto__', '{"choice":0,"__proto__":{}}'],
      ['only __proto__', '{"__proto__":{"choice":0}}'],
      ['NaN', '{"choice":NaN}'],
      ['a leading zero', '{"choice":01}'],
      ['a trailing comma', '{"choice":0,}'],
      ['a comment', '{"choice":0/**/}'],
      ['single quotes', "{'choice':0}"],
      ['a NUL', '{"choice":0}\0'],
      [
        'invalid UTF-8',
        Buffer.concat([Buffer.from('{"choice":0,"a":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]),
      ],
      ['UTF-16', Buffer.from('\ufeff{"choice":0}', 'utf16le')],
      ['deep nesting', `{"choice":${'['.repeat(1_900)}${']'.repeat(1_900)}}`],
    ])('%s is INVALID_BODY', async (_what, body) => {
      const answer = await postRaw(`/polls/${poll.id}/vote`, body)

      expect(verdictOf(answer)).toEqual([400, 'INVALID_BODY'])
      expect(problemOf(answer).errors).toContainEqual(aFaultAt(expect.stringMatching(/^(choice)?$/)))
    })

    test('nothing of all that was counted', async () => {
      const results = await readResults(rest, poll.id)

      expect([results.version, countsOf(results)]).toEqual([0, [0, 0, 0]])
    })

    test('a choice that the poll does not have is CHOICE_OUT_OF_RANGE', async () => {
      expect(verdictOf(await rest.post(`/polls/${poll.id}/vote`, { choice: 3 }))).toEqual([
        ...[422, 'CHOICE_OUT_OF_RANGE'],
      ])
    })
  })

  describe('an Idempotency-Key', () => {
    test.each([
      ['empty', ''],
      ['too long', 'k'.repeat(129)],
      ['with a space', 'two words'],
      ['with a tab', 'two\twords'],
      ['beyond ASCII', 'cl\u00e9'],
    ])('that is %s is refused, for polls and for votes', async (_what, key) => {
      const poll = await createPoll(rest)
      const headers = { 'idempotency-key': key }

      const answers = [
        await rest.post(`/polls/${poll.id}/vote`, { choice: 0 }, headers),
        await rest.post('/polls', aPoll(), headers),
      ]

      expect(answers.map(({ status }) => status)).toEqual([400, 400])
      expect(problemOf(answers[0] as Answer).reason).toMatch(/^[A-Z_]+$/)
      expect((await readResults(rest, poll.id)).total_votes).toBe(0)
    })

    test('that comes twice in one request is refused', async () => {
      const poll = await createPoll(rest)

      const answer = await postRaw(`/polls/${poll.id}/vote`, '{"choice":0}', {
        headers: { ...JSON_TYPE, 'idempotency-key': ['one', 'two'] },
      })

      expect(answer.status).toBe(400)
    })
  })

  describe('a poll is refused', () => {
    const long = (length: number): string => 'x'.repeat(length)
    const numbered = (count: number): string[] =>
      Array.from({ length: count }, (_, index) => `option ${index}`)

    test.each<readonly [string, unknown, string]>([
      ['an empty question', aPoll({ question: '' }), 'question'],
      ['a blank question', aPoll({ question: ' \t\u00a0' }), 'question'],
      ['a question of 301 characters', aPoll({ question: long(301) }), 'question'],
      ['a question of 301 faces', aPoll({ question: '\u{1F600}'.repeat(301) }), 'question'],
      ['a NUL in the question', aPoll({ question: 'a\0b' }), ''],
      ['a lone surrogate', aPoll({ question: 'a\ud800b' }), ''],
      ['a question that is a number', { ...aPoll(), question: 7 }, 'question'],
      ['no question', { options: aPoll().options }, 'question'],
      ['no options', { question: 'Why?' }, 'options'],
      ['one option', aPoll({ options: ['alone'] }), 'options'],
      ['21 options', aPoll({ options: numbered(21) }), 'options'],
      ['options that are an object', { ...aPoll(), options: { text: 'a' } }, 'options'],
      ['an empty option', aPoll({ options: ['a', ''] }), 'options[1].text'],
      ['an option of 121 characters', aPoll({ options: [long(121), 'b'] }), 'options[0].text'],
      ['equal options', aPoll({ options: ['a', 'b', 'a'] }), 'options[2].text'],
      ['options equal after trimming', aPoll({ options: ['a', ' a '] }), 'options[1].text'],
      ['options equal after NFC', aPoll({ options: ['\u00e9', 'e\u0301'] }), 'options[1].text'],
      ['an option that is a string', { ...aPoll(), options: ['a', 'b'] }, 'options[0]'],
      ['an option without text', { ...aPoll(), options: [{ text: 'a' }, {}] }, 'options[1].text'],
      ['an unknown theme', aPoll({ theme: 'Nothing' }), 'theme'],
      ['a theme that is a number', { ...aPoll(), theme: 1 }, 'theme'],
    ])('for %s, and the path is named', async (_what, content, path) => {
      const answer = await rest.post('/polls', content)

      expect(verdictOf(answer)).toEqual([400, 'INVALID_BODY'])
      expect(problemOf(answer).errors).toContainEqual(aFaultAt(path))
    })

    test.each([
      ['an unknown key', JSON.stringify({ ...aPoll(), colour: null })],
      ['an unknown key of an option', '{"question":"q","options":[{"text":"a"},{"text":"b","votes":9}]}'],
      ['a duplicate key', '{"question":"q","question":"q","options":[{"text":"a"},{"text":"b"}]}'],
      ['a duplicate key of an option', '{"question":"q","options":[{"text":"a"},{"text":"b","text":"b"}]}'],
      ['__proto__', '{"question":"q","options":[{"text":"a"},{"text":"b"}],"__proto__":{}}'],
      ['invalid UTF-8', Buffer.from('{"question":"q\xff","options":[{"text":"a"},{"text":"b"}]}', 'latin1')],
      ['an escaped NUL', '{"question":"a\\u0000b","options":[{"text":"a"},{"text":"b"}]}'],
      ['an escaped lone surrogate', '{"question":"q","options":[{"text":"a"},{"text":"\\udc00"}]}'],
      ['nothing', ''],
      ['deep nesting', '['.repeat(16_000) + ']'.repeat(16_000)],
    ])('for %s', async (_what, body) => {
      const answer = await postRaw('/polls', body)

      expect(verdictOf(answer)).toEqual([400, 'INVALID_BODY'])
      expect(problemOf(answer).errors?.length).toBeGreaterThan(0)
    })

    test('and the problem repeats nothing of the body', async () => {
      const canary = 'canary-7f3a'

      const answers = [
        await rest.post('/polls', { ...aPoll({ question: `${canary}${long(300)}` }), [canary]: canary }),
        await postRaw('/polls', `{"question":"${canary}" oops}`),
        await postRaw(`/polls/${NOBODY}/vote`, canary),
      ]

      expect(answers.map(({ status }) => status)).toEqual([400, 400, 400])
      expect(answers.filter(({ text }) => text.includes(canary))).toEqual([])
    })
  })

  describe('a query is refused', () => {
    test.each([
      ...[
        'limit=0',
        'limit=201',
        'limit=-1',
        'limit=1.5',
        'limit=abc',
        'limit=',
        'limit=1e2',
        'limit=1&limit=2',
      ],
      ...['limit=%2B5', 'after=0', 'after=abc', 'after=-1', 'after=1&after=2', 'status=ajar', 'status='],
    ])('?%s', async (query) => {
      const answer = await rest.get(`/polls?${query}`)

      expect([answer.status, problemOf(answer).reason]).toEqual([400, expect.stringMatching(/^[A-Z_]+$/)])
    })

    test('for a broken escape', async () => {
      const answers = [await rest.get('/polls?theme=%E0%A4%A'), await rest.get('/polls/%E0%A4%A')]

      expect(answers.map(({ status }) => Math.floor(status / 100))).toEqual([4, 4])
      expect(answers.map(({ headers }) => headers['content-type'])).toEqual(
        answers.map((): unknown => expect.stringMatching(/^application\/problem\+json/)),
      )
    })
  })

  describe('sizes and types', () => {
    test('a vote may have 4 KiB and a poll 32 KiB; one byte more is 413', async () => {
      const poll = await createPoll(rest)
      const path = `/polls/${poll.id}/vote`

      const answers = [
        await postRaw(path, paddedTo(VOTE_LIMIT_BYTES, '{"choice":0}')),
        await postRaw(path, paddedTo(VOTE_LIMIT_BYTES + 1, '{"choice":0}')),
        await postRaw('/polls', paddedTo(POLL_LIMIT_BYTES, JSON.stringify(aPoll()))),
        await postRaw('/polls', paddedTo(POLL_LIMIT_BYTES + 1, JSON.stringify(aPoll()))),
      ]

      expect(answers.map(({ status }) => status)).toEqual([200, 413, 201, 413])
      expect(answers.map((answer) => problemOf(answer).reason)[1]).toMatch(/^[A-Z_]+$/)
      expect((await readResults(rest, poll.id)).total_votes).toBe(1)
    })

    test('a body that does not say its length is measured all the same', async () => {
      const poll = await createPoll(rest)
      const chunked = { headers: { ...JSON_TYPE, 'transfer-encoding': 'chunked' } }

      const answers = [
        await postRaw(`/polls/${poll.id}/vote`, '{"choice":0}', chunked),
        await postRaw(`/polls/${poll.id}/vote`, paddedTo(VOTE_LIMIT_BYTES + 1, '{"choice":0}'), chunked),
        await postRaw('/polls', paddedTo(POLL_LIMIT_BYTES + 1, JSON.stringify(aPoll())), chunked),
      ]

      expect(answers.map(({ status }) => status)).toEqual([200, 413, 413])
    })

    test.each([
      [{}],
      [{ 'content-type': 'text/plain' }],
      [{ 'content-type': 'application/x-www-form-urlencoded' }],
      [{ 'content-type': 'application/jsonp' }],
      [{ 'content-type': 'application/json; charset=utf-7' }],
      [{ 'content-type': 'application/json; charset=utf-16' }],
      [{ ...JSON_TYPE, 'content-encoding': 'gzip' }],
    ])('%j is 415', async (headers) => {
      const poll = await createPoll(rest)
      const zip = 'content-encoding' in headers ? gzipSync : (text: string) => text

      const answers = [
        await postRaw(`/polls/${poll.id}/vote`, zip('{"choice":0}'), { headers }),
        await postRaw('/polls', zip(JSON.stringify(aPoll())), { headers }),
      ]

      expect(answers.map(({ status }) => status)).toEqual([415, 415])
      expect(problemOf(answers[0] as Answer).reason).toMatch(/^[A-Z_]+$/)
    })

    test.each(['application/json; charset=utf-8', 'Application/JSON', 'application/json;charset="UTF-8"'])(
      '%s is JSON',
      async (contentType) => {
        const poll = await createPoll(rest)
        const headers = { 'content-type': contentType }

        const answers = [
          await postRaw(`/polls/${poll.id}/vote`, '{"choice":0}', { headers }),
          await postRaw('/polls', JSON.stringify(aPoll()), { headers }),
        ]

        expect(answers.map(({ status }) => status)).toEqual([200, 201])
      },
    )

    test('headers may have 16 KiB; more is answered 431', async () => {
      const answers = [
        await rest.get('/stats', { 'x-padding': 'x'.repeat(12 * 1024) }),
        await rest.get('/stats', { 'x-padding': 'x'.repeat(17 * 1024) }),
      ]

      expect(answers.map(({ status }) => status)).toEqual([200, 431])
    })

    test('what is not HTTP is 400 and ends the connection', async () => {
      const { hostname, port } = new URL(mesh.url)
      const answer = await new Promise<string>((resolve, reject) => {
        let text = ''
        const socket = connect(Number(port), hostname, () => socket.write('HELLO\r\n\r\n'))
        socket.setEncoding('utf8').on('data', (part: string) => (text += part))
        socket.once('error', reject).once('close', () => resolve(text))
      })

      expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    })
  })

  describe('faults are judged in the order 405, 413, 415, 400, 404, 422, 409', () => {
    const tooLong = paddedTo(VOTE_LIMIT_BYTES + 1, '{"choice":9')
    const plain = { headers: { 'content-type': 'text/plain' } }

    test.each<readonly [string, number, SendOptions]>([
      ['method before size', 405, { method: 'PUT', body: tooLong, ...plain }],
      ['size before type', 413, { body: tooLong, ...plain }],
      ['type before body', 415, { body: '{"choice":9', ...plain }],
      ['body before poll', 400, { body: '{"choice":9' }],
      ['poll before choice', 404, { body: '{"choice":9}' }],
    ])('%s: %i', async (_what, status, options) => {
      const answer = await rest.send(`/polls/${NOBODY}/vote`, {
        method: 'POST',
        headers: JSON_TYPE,
        ...options,
      })

      expect(answer.status).toBe(status)
    })

    test('a bad key comes before an unknown poll, an unknown choice before a reused key', async () => {
      const poll = await createPoll(rest)
      const key = randomUUID()
      await vote(rest, poll.id, 0, key)

      const answers = [
        await rest.post(`/polls/${NOBODY}/vote`, { choice: 0 }, { 'idempotency-key': 'two words' }),
        await rest.post(`/polls/${poll.id}/vote`, { choice: 9 }, { 'idempotency-key': key }),
      ]

      expect(answers[0]?.status).toBe(400)
      expect(answers.map(verdictOf)[1]).toEqual([422, 'CHOICE_OUT_OF_RANGE'])
    })

    test('for polls too', async () => {
      const answers = [
        await rest.send('/polls', { method: 'PUT', body: paddedTo(POLL_LIMIT_BYTES + 1, '{') }),
        await rest.send('/polls', { method: 'POST', body: paddedTo(POLL_LIMIT_BYTES + 1, '{'), ...plain }),
        await rest.send('/polls', { method: 'POST', body: '{', ...plain }),
        await rest.send('/polls', { method: 'POST', body: '{', headers: JSON_TYPE }),
      ]

      expect(answers.map(({ status }) => status)).toEqual([405, 413, 415, 400])
    })
  })

  test('after all of this the mesh is well', async () => {
    const poll = await createPoll(rest)

    await vote(rest, poll.id, 0)

    await eventually(async () => expect((await rest.get('/health')).body).toMatchObject({ status: 'ok' }))
  })
}
