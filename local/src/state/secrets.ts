import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ExpectedFailure } from '../expected-failure.js'
import { replaceFile, syncFolder } from './files.js'

/** 144 bits: nobody guesses them, and base64url needs no quoting in a URL. */
const PASSWORD_BYTES = 18
/** As long as the key of HMAC-SHA256 is of use. */
const MANAGE_BYTES = 32

const make = (bytes: number): string => randomBytes(bytes).toString('base64url')

const PASSWORDS = ['superuser', 'owner', 'polls', 'votes', 'bus'] as const

/** Passwords of the database's roles, made once for a state folder, and what manage tokens are derived from. */
export type Secrets = Readonly<Record<(typeof PASSWORDS)[number] | 'manage', string>>

const pathIn = (state: string): string => join(state, 'secrets.json')

/** Reads the state folder's secrets; makes them where there are none yet. */
export function ensureSecrets(state: string): Secrets {
  if (existsSync(pathIn(state))) return completeSecrets(state)
  if (existsSync(join(state, 'postgres', 'data')))
    throw new ExpectedFailure(
      `${pathIn(state)} is missing, and with it the passwords of the database beside it: put the file back, or remove ${state} to start anew`,
    )
  const passwords = PASSWORDS.map((name) => [name, make(PASSWORD_BYTES)])
  return write(state, { ...(Object.fromEntries(passwords) as Passwords), manage: make(MANAGE_BYTES) })
}

type Passwords = Omit<Secrets, 'manage'>

function write(state: string, secrets: Secrets): Secrets {
  replaceFile(pathIn(state), `${JSON.stringify(secrets, null, 2)}\n`)
  syncFolder(state)
  return secrets
}

/** A release before polls had owners has left a file without their secret. */
function completeSecrets(state: string): Secrets {
  const found = readFile(state)
  return found.manage === undefined
    ? write(state, { ...found, manage: make(MANAGE_BYTES) })
    : readSecrets(state)
}

/** Reads the state folder's secrets, which ensureSecrets() made. */
export function readSecrets(state: string): Secrets {
  const { manage, ...passwords } = readFile(state)
  if (manage !== undefined) return { ...passwords, manage }
  throw unreadable(state, new Error('it is damaged'))
}

function readFile(state: string): Passwords & { readonly manage?: string } {
  try {
    // Checked by hand: the guard needs this and no more, and zod would take a third of its memory.
    const found = JSON.parse(readFileSync(pathIn(state), 'utf8')) as Readonly<Record<string, unknown>> | null
    const isText = (name: string): boolean => typeof found?.[name] === 'string'
    if (PASSWORDS.every(isText) && (isText('manage') || found?.manage === undefined))
      return found as unknown as Secrets
    throw new Error('it is damaged')
  } catch (error) {
    throw unreadable(state, error as Error)
  }
}

const unreadable = (state: string, cause: Error): ExpectedFailure =>
  new ExpectedFailure(`${pathIn(state)} cannot be read: ${cause.message}`, 1, { cause })
