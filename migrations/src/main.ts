import { awaitDatabase, prepareDatabase } from '@votestream/postgres'
import { main } from '@votestream/runtime'
import { fileURLToPath } from 'node:url'
import { readConfig } from './config.js'

const SCHEMAS = ['polls', 'votes'].map((schema) => ({
  schema,
  directory: fileURLToPath(new URL(`../../services/${schema}/migrations`, import.meta.url)),
}))

main('migrations', async ({ env, logger, shutdown }) => {
  const { owner, admin, waitMs } = readConfig(env)
  const stopped = new AbortController()
  void shutdown.then(() => stopped.abort(new Error('stopped before the database was migrated')))

  await awaitDatabase({ address: admin?.address ?? owner, waitMs, logger, signal: stopped.signal })
  const applied = await prepareDatabase({ owner, admin, schemas: SCHEMAS, logger })
  logger.info({ applied }, 'the database is migrated')
})
