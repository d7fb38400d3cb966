import { expect, jest, test } from '@jest/globals'
import { eventually, openDatabase } from '@votestream/testing'
import pg from 'pg'
import { MAX_PAYLOAD_BYTES, postgresSender } from '../../src/postgres/sender.js'

// Real engines on a machine that is busy with other suites.
jest.setTimeout(30_000)

test('the largest payload arrives, and one byte more would be refused', async () => {
  await using database = await openDatabase()
  const listener = new pg.Client({ connectionString: database.urlFor('bus') })
  const lengths: number[] = []
  listener.on('notification', ({ payload = '' }) => lengths.push(payload.length))
  await listener.connect()
  await listener.query('LISTEN votestream_results')
  const sender = postgresSender({ url: database.urlFor('bus') })
  const send = (bytes: number) => sender.send([{ topic: 'results', payload: 'x'.repeat(bytes) }])

  await send(MAX_PAYLOAD_BYTES)

  await eventually(() => expect(lengths).toEqual([MAX_PAYLOAD_BYTES]))
  await expect(send(MAX_PAYLOAD_BYTES + 1)).rejects.toThrow('payload string too long')
  await Promise.all([sender.stop(), listener.end()])
})
