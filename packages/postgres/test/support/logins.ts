import { randomBytes } from 'node:crypto'
import { ensureLogins, type Login } from '../../src/ensure-logins.js'
import { askAt, type BlankDatabase } from './blank-database.js'

export interface TestLogins extends AsyncDisposable {
  readonly logins: readonly Login[]
}

/** Names that no other suite uses: roles belong to the whole server, and the real ones are everybody's. */
export const uniqueLogins = (): readonly [owner: Login, service: Login, stranger: Login] => {
  const run = randomBytes(4).toString('hex')
  const login = (kind: string): Login => ({
    name: `${kind}_${run}`,
    password: 'test',
    mayCreate: kind === 'owner',
  })
  return [login('owner'), login('service'), login('stranger')]
}

/** Gives the logins to the database; they are dropped when disposed. */
export const withLogins = async (
  database: BlankDatabase,
  logins: readonly Login[],
): Promise<AsyncDisposable> => {
  await ensureLogins(database, database.name, logins)
  return { [Symbol.asyncDispose]: () => dropLogins(database, logins) }
}

export const dropLogins = async (database: BlankDatabase, logins: readonly Login[]): Promise<void> => {
  const names = logins.map(({ name }) => name).join(', ')
  await database.ask(`DROP OWNED BY ${names} CASCADE`)
  await database.ask(`DROP ROLE ${names}`)
}

export const loginUrl = (url: string, { name, password }: Login): string => {
  const result = new URL(url)
  result.username = name
  result.password = encodeURIComponent(password)
  return result.href
}

/** Asks a database as that login. */
export const askAs = (url: string, login: Login, text: string) => askAt(loginUrl(url, login), text)
