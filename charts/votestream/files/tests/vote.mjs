import { randomUUID } from 'node:crypto'
import { castVote, check, eventually, readResults, run, testPoll } from './check.mjs'

await run(async () => {
  const poll = await testPoll()
  const before = await readResults(poll.id)
  const key = randomUUID()

  const vote = await eventually(() => castVote(poll.id, key))
  check(vote.id !== undefined, `vote ${vote.id} is counted`)
  const after = await readResults(poll.id)
  check(
    after.total_votes > before.total_votes,
    `votes of poll ${poll.id}: ${before.total_votes}, then ${after.total_votes}`,
  )
  check(after.version >= (vote.version ?? 0), `results at version ${after.version} include it`)
  check(after.stale === false, 'results are fresh')

  const again = await castVote(poll.id, key)
  check(again.id === vote.id, 'the same key is the same vote')
})
