import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from '@jest/globals'
import { commandLine, hasEntry, identify, isAlive } from './process-id.js'

test('a running process is identified by its number and its start', () => {
  const id = identify(process.pid)

  expect(id).toMatchObject({ pid: process.pid, startedAt: expect.stringMatching(/\d/) })
  expect(id !== undefined && isAlive(id)).toBe(true)
})

test('a stranger with the same number is not taken for the process', () => {
  const stranger = { pid: process.pid, startedAt: 'long ago' }

  expect(isAlive(stranger)).toBe(false)
})

test('an ended process is not alive', async () => {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
  const id = identify(child.pid ?? 0)
  await once(child, 'close')

  expect(id !== undefined && isAlive(id)).toBe(false)
  expect(identify(child.pid ?? 0)).toBeUndefined()
  expect(hasEntry(child.pid ?? 0)).toBe(false)
})

test('the command line of a process is told with its arguments', () => {
  expect(commandLine(process.pid)).toContain('jest')
})

test('where there is no process there is no command line', () => {
  expect(commandLine(2 ** 22 + 1)).toBe('')
})
