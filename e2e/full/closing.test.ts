import { jest } from '@jest/globals'
import { closing } from '../suites/closing.js'
import { aMesh } from '../suites/subject.js'

// The machine may be busy with other suites: a test that hangs is the only one that takes this long.
jest.setTimeout(120_000)

const subject = aMesh({
  ...{ full: true, env: { RATE_LIMIT_PER_MINUTE: '0' } },
  replicas: { polls: 2, votes: 2 },
})

/** A replica of votes dies while the poll ends; the launcher starts another one. */
closing(subject, async () => {
  const { 'votes-2': pid } = await subject.mesh.pids()
  if (pid === undefined) throw new Error('there is no second replica of votes')
  process.kill(pid, 'SIGKILL')
})
