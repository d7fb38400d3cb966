import { expect, test } from '@jest/globals'
import { createLogger } from '@votestream/runtime'
import { aBallot, aBatch, aFolded, aSilentMeter } from '../../../test/builders.js'
import { tracedVoteMeter } from './traced-vote-meter.js'

const folded = (requestId: string, choice: number) =>
  aFolded({
    batches: [
      { ...aBatch(1, 7, [aBallot({ requestId, choice })]), verdicts: [{ status: 'counted', version: 3 }] },
    ],
  })

const linesAt = (level: string): { lines: string[]; meter: ReturnType<typeof tracedVoteMeter> } => {
  const lines: string[] = []
  const logger = createLogger('votes', level, { write: (line) => void lines.push(line) })
  return { lines, meter: tracedVoteMeter(aSilentMeter(), logger) }
}

test('a fold says, at debug, what became of each request, and not what it chose', () => {
  const { lines, meter } = linesAt('debug')

  meter.folded(folded('request-1', 17), 0.001)

  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      ...{
        level: 'debug',
        service: 'votes',
        time: expect.any(String),
        msg: 'folded',
        requestId: 'request-1',
      },
      ...{ partition: 1, offset: 7, verdict: { status: 'counted', version: 3 } },
    },
  ])
})

test('a fold says nothing of requests at info', () => {
  const { lines, meter } = linesAt('info')

  meter.folded(folded('request-1', 0), 0.001)

  expect(lines).toEqual([])
})
