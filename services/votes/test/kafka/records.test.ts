import { expect, jest, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { randomUUID } from 'node:crypto'
import { encodeBallot, encodeGenesis } from '../../src/adapters/kafka/record-codec.js'
import { aBallot } from '../builders.js'
import { aTopic, openKafkaLog } from '../world.js'
import { endsOf, PATIENCE, write } from './brokers.js'

jest.setTimeout(60_000)

/** Field 15, which no release knows. */
const UNKNOWN_EVENT = Buffer.from([0x7a, 0x02, 0x08, 0x01])

test('records that this release cannot read are passed, and what lies around them counts', async () => {
  const topic = aTopic()
  await using world = await openKafkaLog({ topic, partitions: 1 })
  const genesis = encodeGenesis({ logId: randomUUID(), partitions: 9 })
  const unreadable = [Buffer.from('rubbish'), Buffer.alloc(0), null, UNKNOWN_EVENT, genesis]
  const values = unreadable.flatMap((value) => [encodeBallot(aBallot()), value])

  await write(
    topic,
    values.map((value) => ({ partition: 0, value })),
  )
  await eventually(
    async () => expect(await world.store.readBookmarks()).toEqual(new Map([[0, 1 + values.length]])),
    PATIENCE,
  )

  expect(await world.countsOf(1)).toEqual([unreadable.length])
  expect(await world.cast(aBallot())).toMatchObject({ status: 'counted' })
})

test('a ballot that the database refuses is set aside, and the rest counts', async () => {
  const topic = aTopic()
  await using world = await openKafkaLog({ topic })
  const ballots = Array.from({ length: 40 }, (_, index) => aBallot({ choice: index % 10 === 3 ? 77 : 0 }))

  const verdicts = await Promise.all(ballots.map((ballot) => world.cast(ballot)))

  expect(verdicts.filter(({ status }) => status === 'rejected')).toHaveLength(4)
  expect(await world.countsOf(1)).toEqual([36])
  const { rows } = await world.pg.query<{ log_offset: number }>({
    text: 'SELECT log_offset FROM votes.quarantine',
  })
  expect(rows).toHaveLength(4)
  const ends = await endsOf(topic)
  expect([...(await world.store.readBookmarks()).values()]).toEqual(ends)
})
