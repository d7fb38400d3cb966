import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { makeAuthority, type Authority } from '@votestream/testing'
import { z } from 'zod'
import { ConfigError } from './config-error.js'
import { consistent } from './consistent.js'
import { certificateFile, privateKeyFile } from './file-settings.js'
import { readEnv } from './read-env.js'
import { port, text } from './settings.js'

let authority: Authority
beforeAll(() => {
  authority = makeAuthority()
})
afterAll(() => authority[Symbol.dispose]())

const schema = consistent(
  z.object({
    CA_FILE: certificateFile().optional(),
    KEY_FILE: privateKeyFile().optional(),
    PORT: port(1),
    USER: text().optional(),
    PASSWORD: text().optional(),
  }),
  ({ USER, PASSWORD }) =>
    PASSWORD !== undefined && USER === undefined ? ['PASSWORD: is of no use without USER'] : [],
)

const complaintOf = (env: NodeJS.ProcessEnv): string => {
  try {
    readEnv(schema, env)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return 'none'
}

test('files are read with the settings', () => {
  const { keyFile, key } = authority.issue('polls')

  expect(readEnv(schema, { CA_FILE: authority.caFile, KEY_FILE: keyFile })).toMatchObject({
    CA_FILE: authority.ca,
    KEY_FILE: key,
  })
})

test('a file that is missing, or holds something else, is told by the name of its variable', () => {
  const { keyFile } = authority.issue('polls')

  expect(complaintOf({ CA_FILE: '/nowhere/ca.crt' })).toBe(
    'bad settings:\n  CA_FILE: must be the path of a PEM file with certificates; there is no such file',
  )
  expect(complaintOf({ CA_FILE: keyFile })).toContain('CA_FILE: must be')
  expect(complaintOf({ KEY_FILE: authority.caFile })).toContain('that file holds something else')
  expect(complaintOf({ KEY_FILE: authority.folder })).toContain('it is a folder')
})

test('a text that was put where a path belongs is not repeated', () => {
  const { key } = authority.issue('polls')
  const [, middle = ''] = key.split('\n')

  expect(complaintOf({ KEY_FILE: key })).not.toContain(middle)
})

test('settings that contradict each other are refused once each is good by itself', () => {
  expect(complaintOf({ PASSWORD: 'x' })).toBe('bad settings:\n  PASSWORD: is of no use without USER')
  expect(complaintOf({ PASSWORD: 'x', USER: 'me' })).toBe('none')
  expect(complaintOf({ PASSWORD: 'x', PORT: 'none', CA_FILE: '/nowhere' })).not.toContain('of no use')
})
