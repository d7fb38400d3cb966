import { describe, jest, test } from '@jest/globals'
import { expectEqualAccounts } from '../accounts/settle.js'
import { storesOf } from '../accounts/stores.js'
import { badInput } from '../suites/bad-input.js'
import { exactlyOnce } from '../suites/exactly-once.js'
import { journeys } from '../suites/journeys.js'
import { streams } from '../suites/streams.js'
import { aMesh } from '../suites/subject.js'

// The machine may be busy with other suites: a test that hangs is the only one that takes this long.
jest.setTimeout(120_000)

// One mesh for all of these: a start takes seconds. Journeys come first: they look at lists of all polls.
const subject = aMesh({ full: true, env: { RATE_LIMIT_PER_MINUTE: '0' } })

describe('journeys', () => journeys(subject))
describe('bad input', () => badInput(subject))
describe('exactly once', () => exactlyOnce(subject))
describe('streams', () => streams(subject))

test('after all of this Kafka, PostgreSQL, Redis and the results tell of the same votes', async () => {
  await expectEqualAccounts(await storesOf(subject.mesh.runFolder), subject.rest)
})
