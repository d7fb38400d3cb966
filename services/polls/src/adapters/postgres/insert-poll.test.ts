import { expect, test } from '@jest/globals'
import { unavailable } from '@votestream/errors'
import { CommitUnknown } from '@votestream/postgres'
import type { Postgres } from '@votestream/postgres'
import { aDraft } from '../../../test/builders.js'
import { insertPoll } from './insert-poll.js'

const failingWith = (error: Error): Pick<Postgres, 'transaction'> => ({
  transaction: () => Promise.reject(error),
})

test('a connection that breaks at COMMIT leaves the outcome unknown', async () => {
  const postgres = failingWith(new CommitUnknown('the connection broke at COMMIT'))

  const inserting = insertPoll(postgres, aDraft(), undefined)

  await expect(inserting).rejects.toMatchObject({ code: 'deadline_exceeded', reason: 'OUTCOME_UNKNOWN' })
})

test('a database that was never reached has stored nothing', async () => {
  const postgres = failingWith(unavailable('DATABASE_UNAVAILABLE', 'the database cannot be reached'))

  const inserting = insertPoll(postgres, aDraft(), undefined)

  await expect(inserting).rejects.toMatchObject({ code: 'unavailable', reason: 'DATABASE_UNAVAILABLE' })
})
