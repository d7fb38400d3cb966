/** Who connects; each is its own login role in Postgres. */
export type DatabaseRole = 'owner' | 'polls' | 'votes' | 'bus'

export const DATABASE_ROLES: readonly DatabaseRole[] = ['owner', 'polls', 'votes', 'bus']

/** The role's name in Postgres. */
export const roleName = (role: DatabaseRole): string => `votestream_${role}`

/** The same server's (and, unless given, database's) URL for another role. */
export const urlForRole = (
  url: string,
  { role, password, database }: { role: DatabaseRole; password: string; database?: string },
): string => {
  const result = new URL(database === undefined ? url : urlForDatabase(url, database))
  result.username = roleName(role)
  result.password = encodeURIComponent(password)
  return result.href
}

/** The name of the database in a URL. */
export const databaseIn = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1))

/** The same URL for another database of that server. */
export const urlForDatabase = (url: string, database: string): string => {
  const result = new URL(url)
  result.pathname = `/${encodeURIComponent(database)}`
  return result.href
}
