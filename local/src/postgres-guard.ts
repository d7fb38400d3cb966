import { parseArgs } from 'node:util'
import { guard } from './postgres/guard.js'

// A process of its own between the launcher and PostgreSQL: it survives the launcher's death by just long enough to stop the server.
const { values } = parseArgs({
  options: {
    state: { type: 'string' },
    port: { type: 'string' },
    connections: { type: 'string' },
  },
})

await guard({
  state: values.state ?? '',
  port: Number(values.port),
  maxConnections: Number(values.connections),
})
