import { expect, test } from '@jest/globals'
import { welcome } from './welcome.js'

const url = 'http://127.0.0.1:8080'

const commandsOf = (text: string): string[] =>
  text.split('\n').filter((line) => line.trim().startsWith('curl '))

test('without a poll the first of three commands creates one', () => {
  const commands = commandsOf(welcome({ url, newest: undefined, places: [] }))

  expect(commands).toHaveLength(3)
  expect(commands[0]).toContain('/polls ')
  expect(commands[0]).toContain('"question"')
  expect(commands[1]).toContain('/polls/1/vote')
  expect(commands[2]).toContain('/polls/1/results')
})

test('with polls the commands are about the newest one', () => {
  const commands = commandsOf(welcome({ url, newest: { id: 12 }, places: [] }))

  expect(commands.map((command) => /polls\/12/.test(command))).toEqual([true, true, true])
})

test('places to look at stand in columns', () => {
  const places = [
    { name: 'Kafka', address: 'one:9092', what: 'topic votes' },
    { name: 'Redis', address: 'redis://one', what: 'keys' },
  ]

  const text = welcome({ url, newest: undefined, places })

  expect(text).toContain('\n  Kafka  one:9092     topic votes\n  Redis  redis://one  keys\n')
})
