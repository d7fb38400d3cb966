import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ExpectedFailure } from '../expected-failure.js'
import { replaceFile, syncFolder } from './files.js'

/** 144 bits: nobody guesses them, and base64url needs no quoting in a URL. */
const SECRET_BYTES = 18

const NAMES = ['superuser', 'owner', 'polls', 'votes', 'bus'] as const

/** Passwords of the database's roles, made once for a state folder. */
export type Secrets = Readonly<Record<(typeof NAMES)[number], string>>

const pathIn = (state: string): string => join(state, 'secrets.json')

/** Reads the state folder's secrets; makes them where there are none yet. */
export function ensureSecrets(state: string): Secrets {
  if (existsSync(pathIn(state))) return readSecrets(state)
  if (existsSync(join(state, 'postgres', 'data')))
    throw new ExpectedFailure(
      `${pathIn(state)} is missing, and with it the passwords of the database beside it: put the file back, or remove ${state} to start anew`,
    )
  const made = NAMES.map((name) => [name, randomBytes(SECRET_BYTES).toString('base64url')])
  const secrets = Object.fromEntries(made) as Secrets
  replaceFile(pathIn(state), `${JSON.stringify(secrets, null, 2)}\n`)
  syncFolder(state)
  return secrets
}

/** Reads the state folder's secrets, which ensureSecrets() made. */
export function readSecrets(state: string): Secrets {
  try {
    // Checked by hand: the guard needs this and no more, and zod would take a third of its memory.
    const found = JSON.parse(readFileSync(pathIn(state), 'utf8')) as Readonly<Record<string, unknown>> | null
    if (NAMES.every((name) => typeof found?.[name] === 'string')) return found as Secrets
    throw new Error('it is damaged')
  } catch (error) {
    throw new ExpectedFailure(`${pathIn(state)} cannot be read: ${(error as Error).message}`, 1, {
      cause: error,
    })
  }
}
