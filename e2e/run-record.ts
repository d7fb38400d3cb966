import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import type { ServiceName } from './mesh.js'

/** Where everything of a run answers, by process; `<process>Ops` is its ops server. */
export const portsOf = async (runFolder: string): Promise<Readonly<Record<string, number>>> => {
  const { ports } = JSON.parse(await readFile(join(runFolder, 'run.json'), 'utf8')) as {
    ports: Record<string, number>
  }
  return ports
}

/** The addresses of all replicas of a service. */
export const urlsOf = async (runFolder: string, service: ServiceName): Promise<readonly string[]> =>
  (await replicasOf(runFolder, service)).map(({ url }) => url)

/** The names of all replicas of a service, and where they answer. */
export const replicasOf = async (
  runFolder: string,
  service: ServiceName,
): Promise<readonly { readonly name: string; readonly url: string; readonly opsUrl: string }[]> => {
  const ports = await portsOf(runFolder)
  const urlOf = (name: string): string => `http://127.0.0.1:${ports[name] ?? 0}`
  return Object.keys(ports)
    .filter((name) => new RegExp(`^${service}(-\\d)?$`).test(name))
    .map((name) => ({ name, url: urlOf(name), opsUrl: urlOf(`${name}Ops`) }))
}

/** Asks the record itself, past the mesh, as the superuser of a run. */
export const askRecord = async <Row>(runFolder: string, text: string): Promise<readonly Row[]> => {
  const client = await openRecord(runFolder)
  try {
    return (await client.query<never>(text)).rows
  } finally {
    await client.end()
  }
}

/** A session of its own with the record, past the mesh, as the superuser of a run; whoever opens it ends it. */
export const openRecord = async (runFolder: string): Promise<Client> => {
  const { postgres: port } = await portsOf(runFolder)
  const secrets = JSON.parse(await readFile(join(runFolder, 'secrets.json'), 'utf8')) as {
    superuser: string
  }
  const client = new Client({
    ...{ host: '127.0.0.1', port: port ?? 0, database: 'votestream' },
    ...{ user: 'postgres', password: secrets.superuser },
  })
  await client.connect()
  return client
}
