import { announce, main } from '@votestream/runtime'
import { readConfig } from './config.js'
import { createRealtime } from './service.js'

main('realtime', async ({ env, logger, shutdown }) => {
  const config = readConfig(env)
  const realtime = createRealtime({ config, logger })

  await realtime.start()
  announce(realtime.ports())
  logger.info(realtime.ports(), 'serving')

  await shutdown
  await realtime.stop()
})
