import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'

// Postgres' own defaults (RFC 7677 asks for 4096 at least).
const ITERATIONS = 4096
const SALT_BYTES = 16
const KEY_BYTES = 32

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** What Postgres stores for a password (RFC 5803), so that the password itself never reaches the server or its log. */
export const scramVerifier = (password: string, salt: Buffer = randomBytes(SALT_BYTES)): string => {
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, ITERATIONS, KEY_BYTES, 'sha256')
  const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest('base64')
  const serverKey = hmac(salted, 'Server Key').toString('base64')
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`
}
