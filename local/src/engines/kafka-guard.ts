import { runGuard } from './guard/run-guard.js'
import { broker, type BrokerOptions } from './kafka/broker.js'

// A process of its own between the launcher and Kafka: it survives the launcher's death by just long enough to stop the broker.
const [, , options = '{}'] = process.argv

await runGuard(broker(JSON.parse(options) as BrokerOptions))
