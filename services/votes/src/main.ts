import { announce, main } from '@votestream/runtime'
import { readConfig } from './config.js'
import { createVotes } from './service.js'

main('votes', async ({ env, logger, shutdown }) => {
  const config = readConfig(env)
  const votes = createVotes({ config, logger })

  await votes.start()
  announce(votes.ports())
  logger.info(votes.ports(), 'serving')

  await Promise.race([shutdown, votes.failed])
  await votes.stop()
})
