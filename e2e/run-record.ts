import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'

/** Where everything of the run in a state folder answers, by service. */
export const portsOf = async (stateFolder: string): Promise<Readonly<Record<string, number>>> => {
  const { ports } = JSON.parse(await readFile(join(stateFolder, 'embedded', 'run.json'), 'utf8')) as {
    ports: Record<string, number>
  }
  return ports
}

/** Asks the record itself, past the mesh, as the superuser of the run in a state folder. */
export const askRecord = async <Row>(stateFolder: string, text: string): Promise<readonly Row[]> => {
  const { postgres: port } = await portsOf(stateFolder)
  const secrets = JSON.parse(await readFile(join(stateFolder, 'embedded', 'secrets.json'), 'utf8')) as {
    superuser: string
  }
  const client = new Client({
    ...{ host: '127.0.0.1', port: port ?? 0, database: 'votestream' },
    ...{ user: 'postgres', password: secrets.superuser },
  })
  await client.connect()
  try {
    return (await client.query<never>(text)).rows
  } finally {
    await client.end()
  }
}
