import { announce, main } from '@votestream/runtime'
import { readConfig } from './config.js'
import { createGateway } from './service.js'

main('gateway', async ({ env, logger, shutdown }) => {
  const config = readConfig(env)
  const gateway = createGateway({ config, logger })

  await gateway.start()
  announce(gateway.ports())
  logger.info(gateway.ports(), 'serving')

  await shutdown
  await gateway.stop()
})
