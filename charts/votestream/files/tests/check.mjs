/** What the tests of `helm test` share: they print each thing that they have seen, and end within a minute. */
const WITHIN_MS = 60_000
const PAUSE_MS = 500

/** The test poll is asked for with one key for ever, so that all runs together leave one poll behind. */
const POLL = { question: 'Does helm test pass?', options: [{ text: 'Yes' }, { text: 'No' }] }
const POLL_KEY = 'votestream-helm-test'

export const gateway = process.env.GATEWAY_URL

/** Prints a line. */
export const say = (line) => process.stdout.write(`${line}\n`)

/** Says what holds, or fails. */
export const check = (holds, what) => {
  if (!holds) throw new Error(`not so: ${what}`)
  say(`ok: ${what}`)
}

/** Asks again until nothing is thrown: pods may still be starting. */
export const eventually = async (ask) => {
  for (const until = performance.now() + WITHIN_MS / 2; ;) {
    try {
      return await ask()
    } catch (error) {
      if (performance.now() > until) throw error
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
}

/** One request to the gateway; the body of the answer is JSON. */
export const call = async (path, { method = 'GET', body, headers } = {}) => {
  const response = await fetch(`${gateway}${path}`, {
    method,
    headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

/** The poll that the tests vote on. */
export const testPoll = () =>
  eventually(async () => {
    const { status, body } = await call('/polls', {
      method: 'POST',
      body: POLL,
      headers: { 'idempotency-key': POLL_KEY },
    })
    if (status !== 201) throw new Error(`POST /polls: ${status} ${JSON.stringify(body)}`)
    return body
  })

/** A poll's results; a 503 is asked again. */
export const readResults = (pollId) =>
  eventually(async () => {
    const { status, body } = await call(`/polls/${pollId}/results`)
    if (status !== 200) throw new Error(`GET results: ${status} ${JSON.stringify(body)}`)
    return body
  })

/** Casts one vote and waits until it is counted; resolves to the vote's id, and its version where it was told at once. */
export const castVote = async (pollId, key) => {
  // One key, so that a vote that is shed while replicas come and go may be sent again.
  const vote = await eventually(async () => {
    const answer = await call(`/polls/${pollId}/vote`, {
      method: 'POST',
      body: { choice: 0 },
      headers: { 'idempotency-key': key },
    })
    if (answer.status !== 200 && answer.status !== 202)
      throw new Error(`POST vote: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer
  })
  const id = vote.body.vote_id
  if (vote.status === 200) return { id, version: vote.body.version }
  await eventually(async () => {
    const { body } = await call(`/polls/${pollId}/votes/${id}`)
    if (body.status !== 'counted') throw new Error(`the vote is ${body.status}`)
  })
  return { id, version: undefined }
}

/** Runs a test and ends the process: 0, or 1 with what went wrong. */
export const run = async (test) => {
  setTimeout(() => {
    say(`failed: not done within ${WITHIN_MS / 1_000} s`)
    process.exit(1)
  }, WITHIN_MS).unref()
  try {
    await test()
    process.exit(0)
  } catch (error) {
    say(`failed: ${error.message} ${error.cause ?? ''}`)
    process.exit(1)
  }
}
