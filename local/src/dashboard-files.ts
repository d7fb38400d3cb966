import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dashboardFiles } from './dashboards/dashboards.js'
import { inRepository } from './repository.js'

// Writes the Grafana dashboards of the chart; with an argument, into that folder instead.
const folder = process.argv[2] ?? inRepository('charts/votestream/files/dashboards')
mkdirSync(folder, { recursive: true })
for (const [name, text] of dashboardFiles()) writeFileSync(join(folder, name), text)
