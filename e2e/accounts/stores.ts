import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { portsOf } from '../run-record.js'

/** Where the accounts of a mesh lie, for somebody who may read all of them. */
export interface Stores {
  /** A superuser's URL of the record. */
  readonly postgres: string
  /** Both are missing where one process is the log. */
  readonly redis?: string
  readonly kafka?: readonly string[]
}

/** The stores of a run, by its record; engines may come back at other ports. */
export const storesOf = async (runFolder: string): Promise<Stores> => {
  const ports = await portsOf(runFolder)
  const { superuser } = JSON.parse(await readFile(join(runFolder, 'secrets.json'), 'utf8')) as {
    superuser: string
  }
  const at = (engine: string): string => `127.0.0.1:${ports[engine] ?? 0}`
  const shared = ports.kafka === undefined ? {} : { redis: `redis://${at('redis')}`, kafka: [at('kafka')] }
  return { postgres: `postgres://postgres:${superuser}@${at('postgres')}/votestream`, ...shared }
}
