import { describe, expect, test } from '@jest/globals'
import { ConfigError } from '@votestream/runtime'
import { assertDurable } from '../../src/assert-durable.js'
import { blankDatabase } from '../support/blank-database.js'
import { openTestPool } from '../support/open-pool.js'

describe('assertDurable', () => {
  test('is content with a server as Postgres comes', async () => {
    await using database = await blankDatabase()
    await using pool = openTestPool(database.url)

    await expect(assertDurable(pool)).resolves.toBeUndefined()
  })

  test.each(['off', 'local', 'remote_write'])(
    'refuses sessions with synchronous_commit %s',
    async (setting) => {
      await using database = await blankDatabase()
      await database.ask(`ALTER DATABASE ${database.name} SET synchronous_commit = ${setting}`)
      await using pool = openTestPool(database.url)

      const refusal = assertDurable(pool)

      await expect(refusal).rejects.toBeInstanceOf(ConfigError)
      await expect(refusal).rejects.toThrow(`  synchronous_commit is ${setting}, must be on or remote_apply`)
    },
  )

  test('lists everything that is wrong with a server', async () => {
    const rows = [
      { name: 'fsync', setting: 'off' },
      { name: 'full_page_writes', setting: 'off' },
      { name: 'synchronous_commit', setting: 'on' },
    ]

    const refusal = assertDurable({ query: () => Promise.resolve({ rows: rows as never[], rowCount: 3 }) })

    await expect(refusal).rejects.toThrow(
      /fsync is off, must be on\n {2}full_page_writes is off, must be on$/,
    )
  })
})
