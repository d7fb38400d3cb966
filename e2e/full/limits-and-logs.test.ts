import { describe, expect, jest, test } from '@jest/globals'
import { openRests, type Answer } from '../client/rest.js'
import { urlsOf } from '../run-record.js'
import { limits } from '../suites/limits.js'
import { logs } from '../suites/logs.js'
import { aMesh } from '../suites/subject.js'

// The machine may be busy with other suites: a test that hangs is the only one that takes this long.
jest.setTimeout(120_000)

const BURST = 100
const REFILL_MS = 600

// One mesh for both: its default limits, and the most that the services ever write.
const subject = aMesh({
  full: true,
  replicas: { gateway: 2 },
  env: { LOG_LEVEL: 'trace', TRUSTED_PROXIES: '127.0.0.1' },
})

describe('logs', () => logs(subject))
describe('limits', () => limits(subject))

test('two gateways are no way around the limit: an address has one budget for both', async () => {
  using rest = openRests(await urlsOf(subject.mesh.runFolder, 'gateway'))
  const startedMs = performance.now()

  const answers = await Promise.all(
    Array.from({ length: 2 * BURST }, (): Promise<Answer> =>
      rest.get('/themes', { 'x-forwarded-for': '198.51.100.20' }),
    ),
  )

  const refilled = Math.ceil((performance.now() - startedMs) / REFILL_MS)
  const passed = answers.filter(({ status }) => status === 200).length
  expect(passed).toBeGreaterThanOrEqual(BURST)
  expect(passed).toBeLessThanOrEqual(BURST + refilled)
})
