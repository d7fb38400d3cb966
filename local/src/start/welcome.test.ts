import { expect, test } from '@jest/globals'
import { welcome } from './welcome.js'

const commandsOf = (text: string): string[] =>
  text.split('\n').filter((line) => line.trim().startsWith('curl '))

test('without a poll the first of three commands creates one', () => {
  const commands = commandsOf(welcome('http://127.0.0.1:8080', undefined))

  expect(commands).toHaveLength(3)
  expect(commands[0]).toContain('/polls ')
  expect(commands[0]).toContain('"question"')
  expect(commands[1]).toContain('/polls/1/vote')
  expect(commands[2]).toContain('/polls/1/results')
})

test('with polls the commands are about the newest one', () => {
  const commands = commandsOf(welcome('http://127.0.0.1:8080', { id: 12 }))

  expect(commands.map((command) => /polls\/12/.test(command))).toEqual([true, true, true])
})
