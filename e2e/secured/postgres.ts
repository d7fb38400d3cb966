import type { Authority } from '@votestream/testing'
import { appendFileSync, chownSync, copyFileSync, chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { serverAccount } from '../../local/src/postgres/account.js'
import { postgresBinaries } from '../../local/src/postgres/binaries.js'
import { dataFolderOf, ensureCluster, makeServerFolder } from '../../local/src/postgres/cluster.js'
import { runAs } from '../../local/src/postgres/run-as.js'
import { startServer } from '../../local/src/postgres/server.js'
import { freePorts } from '../../local/src/processes/free-ports.js'

export interface SecuredPostgres extends AsyncDisposable {
  readonly port: number
  readonly password: string
}

const PASSWORD = 'the superuser: 100 % secret/@?'

/** Starts a PostgreSQL that lets nobody in without TLS and a password. Its certificate is for the name `localhost` only. */
export const securedPostgres = async (folder: string, authority: Authority): Promise<SecuredPostgres> => {
  const [port = 0] = await freePorts(1)
  const account = serverAccount(dataFolderOf(folder))
  makeServerFolder(folder, account)
  const binaries = postgresBinaries()
  const how = runAs(account, { binaries, folder })
  const { signal } = new AbortController()
  await ensureCluster({ folder, account, binaries, runAs: how, password: PASSWORD, signal })
  const data = dataFolderOf(folder)
  const { certFile, keyFile } = authority.issue('localhost')
  for (const [from, to] of [
    [certFile, 'server.crt'],
    [keyFile, 'server.key'],
  ] as const) {
    copyFileSync(from, join(data, to))
    chmodSync(join(data, to), 0o600)
    if (account !== undefined) chownSync(join(data, to), account.uid, account.gid)
  }
  appendFileSync(join(data, 'postgresql.conf'), 'ssl = on\n')
  writeFileSync(join(data, 'pg_hba.conf'), 'hostssl all all 127.0.0.1/32 scram-sha-256\n')
  const server = await startServer({
    ...{ dataFolder: data, binaries, runAs: how, port, maxConnections: 60, signal },
    onLine: () => undefined,
  })
  return { port, password: PASSWORD, [Symbol.asyncDispose]: () => server.stop() }
}
