import { announce, main } from '@votestream/runtime'
import { readConfig } from './config.js'
import { createPolls } from './service.js'

main('polls', async ({ env, logger, shutdown }) => {
  const config = readConfig(env)
  const polls = createPolls({ config, logger })

  await polls.start()
  announce(polls.ports())
  logger.info(polls.ports(), 'serving')

  await Promise.race([shutdown, polls.failed])
  await polls.stop()
})
