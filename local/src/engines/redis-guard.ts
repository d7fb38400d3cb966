import { runGuard } from './guard/run-guard.js'
import { redisServer, type RedisOptions } from './redis/redis-server.js'

// A process of its own between the launcher and Redis: it survives the launcher's death by just long enough to stop the server.
const [, , options = '{}'] = process.argv

await runGuard(redisServer(JSON.parse(options) as RedisOptions))
