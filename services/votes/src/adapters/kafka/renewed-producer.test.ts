import { expect, test } from '@jest/globals'
import { fakeClock } from '@votestream/testing'
import type { Producer } from './kafka-client.js'
import { RenewedProducer } from './renewed-producer.js'

const record = { topic: 'votes', messages: [] }

const aWorld = (answers: readonly (() => Promise<unknown>)[]) => {
  const told: string[] = []
  const rest = answers.values()
  const make = (name: string): Producer =>
    ({
      connect: () => Promise.resolve(void told.push(`${name} connects`)),
      disconnect: () => Promise.resolve(void told.push(`${name} leaves`)),
      send: () => {
        told.push(`${name} sends`)
        return rest.next().value?.()
      },
    }) as unknown as Producer
  let opened = 0
  const clock = fakeClock()
  const open = (): Producer => make(`producer ${++opened}`)
  return { told, clock, producer: new RenewedProducer({ first: make('the first'), open, clock }) }
}

const fail = () => Promise.reject(new Error('no answer'))
const succeed = () => Promise.resolve([])

test('one producer is used as long as its requests succeed', async () => {
  const { producer, told } = aWorld([succeed, succeed])

  await producer.send(record)
  await producer.send(record)

  expect(told).toEqual(['the first sends', 'the first sends'])
})

test('after a request that failed the next one goes over a new connection', async () => {
  const { producer, told } = aWorld([fail, succeed])

  await expect(producer.send(record)).rejects.toThrow('no answer')
  await producer.send(record)

  expect(told).toEqual(['the first sends', 'the first leaves', 'producer 1 connects', 'producer 1 sends'])
})

test('a request that never settles is given up', async () => {
  const { producer, clock } = aWorld([() => new Promise(() => undefined)])

  const sent = expect(producer.send(record)).rejects.toThrow('do not answer')
  await clock.advance(3_000)

  await sent
})

test('disconnect closes what is open', async () => {
  const { producer, told } = aWorld([])

  await producer.disconnect()

  expect(told).toEqual(['the first leaves'])
})
