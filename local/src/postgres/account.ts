import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'

/** The system user as which the server runs. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/** `postgres` where the system has one; nobody owns anything, so it harms nothing. No user is ever added to the system. */
const CANDIDATES = ['postgres', 'nobody']

/**
 * Whom the server runs as: undefined is ourselves. PostgreSQL refuses to run as root; there it runs as the owner of
 * the data that it finds, else as `postgres`, else as `nobody`.
 */
export function serverAccount(dataFolder: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  const owner = statSync(dataFolder, { throwIfNoEntry: false })
  if (owner !== undefined && owner.uid !== 0)
    return { name: `uid ${owner.uid}`, uid: owner.uid, gid: owner.gid }
  return CANDIDATES.map((name) => accountNamed(name)).find((account) => account !== undefined)
}

function accountNamed(name: string): Account | undefined {
  const line = readUsers()
    .split('\n')
    .find((user) => user.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  if (uid !== undefined && gid !== undefined) return { name, uid: Number(uid), gid: Number(gid) }
  const ids = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }))
  if (ids.some((result) => result.status !== 0)) return undefined
  const [fromUid, fromGid] = ids.map((result) => Number(result.stdout))
  return { name, uid: fromUid ?? 0, gid: fromGid ?? 0 }
}

function readUsers(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8')
  } catch {
    return ''
  }
}
