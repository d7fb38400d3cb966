import type { Checks } from './checks.js'
import type { Mesh } from './mesh.js'
import type { Closing, Plan } from './plan.js'
import { votesClient } from './processes/rpc.js'

/** As polls has them: how long a call may take, and when it asks again. */
const CALL_WITHIN_MS = 1_500
const AGAIN_MS = 500

/** polls closes polls: it asks votes until the results are final; now and then two of its replicas are at it. */
export const scheduleClosings = (mesh: Mesh, plan: Plan, checks: Checks): void => {
  const { world, balancer } = mesh
  const process = world.process('polls')
  const votes = votesClient(world, process, balancer)
  const begun = new Set<number>()

  const isFinal = async (pollId: number, closeId: Buffer): Promise<boolean> => {
    try {
      return (await votes.call('ClosePoll', { pollId, closeId }, { timeoutMs: CALL_WITHIN_MS })).final
    } catch {
      world.coverage.count('close again')
      return false
    }
  }
  const closeUntilFinal = async (pollId: number, closeId: Buffer): Promise<void> => {
    while (!(await isFinal(pollId, closeId))) await process.clock.sleep(AGAIN_MS)
    world.coverage.count('closed')
    checks.closed(pollId)
  }
  const begin = ({ poll, twice }: Closing): void => {
    const pollId = 1 + (poll % plan.polls)
    if (begun.has(pollId)) return
    begun.add(pollId)
    const closeId = Buffer.from(world.random(`closing ${pollId}`).uuid().replaceAll('-', ''), 'hex')
    void closeUntilFinal(pollId, closeId)
    if (twice) void closeUntilFinal(pollId, closeId)
  }
  for (const closing of plan.closings)
    process.deliver(closing.atMs, 'a poll is to be closed', () => begin(closing))
}
