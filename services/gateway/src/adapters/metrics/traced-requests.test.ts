import { expect, test } from '@jest/globals'
import { createLogger } from '@votestream/runtime'
import { tracedRequests } from './traced-requests.js'

const request = {
  ...{ requestId: 'request-1', route: '/polls/{id}/vote', method: 'POST', status: 200, seconds: 0.002 },
}

test.each([
  ['debug', [expect.objectContaining({ level: 'debug', msg: 'answered', ...request })]],
  ['info', []],
])(
  'at %s an answer is logged under its request id, or not at all; it is measured either way',
  (level, logged) => {
    const lines: unknown[] = []
    const measured: unknown[] = []
    const logger = createLogger('gateway', level, { write: (line) => void lines.push(JSON.parse(line)) })

    tracedRequests({ answered: (answer) => void measured.push(answer) }, logger).answered(request)

    expect(lines).toEqual(logged)
    expect(measured).toEqual([request])
  },
)
