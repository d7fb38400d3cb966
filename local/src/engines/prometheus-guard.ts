import { runGuard } from './guard/run-guard.js'
import { prometheusServer, type PrometheusOptions } from './prometheus/prometheus-server.js'

// A process of its own between the launcher and Prometheus: it survives the launcher's death by just long enough to stop the server.
const [, , options = '{}'] = process.argv

await runGuard(prometheusServer(JSON.parse(options) as PrometheusOptions))
