import { randomUUID } from 'node:crypto'
import { call, castVote, check, eventually, run, testPoll } from './check.mjs'

await run(async () => {
  const poll = await testPoll()
  const results = `/polls/${poll.id}/results`
  const before = await call(results)
  const key = randomUUID()

  const vote = await eventually(() => castVote(poll.id, key))
  check(vote.id !== undefined, `vote ${vote.id} is counted`)
  const after = await call(results)
  check(
    after.body.total_votes > before.body.total_votes,
    `votes of poll ${poll.id}: ${before.body.total_votes}, then ${after.body.total_votes}`,
  )
  check(after.body.version >= (vote.version ?? 0), `results at version ${after.body.version} include it`)
  check(after.body.stale === false, 'results are fresh')

  const again = await castVote(poll.id, key)
  check(again.id === vote.id, 'the same key is the same vote')
})
