// The files of an image without a Docker engine: node scripts/image-tree.mjs [--file DOCKERFILE] [--context DIR] TARGET ...
// Prints a line of JSON for each target: its folder, which stands for the root of the image, and its settings.
import { parseArgs } from 'node:util'
import { buildTrees } from './image/build-tree.mjs'
import { cacheFolder } from './image/cache.mjs'
import { root } from './paths.mjs'

const { values, positionals: targets } = parseArgs({
  allowPositionals: true,
  options: {
    context: { type: 'string', default: root },
    file: { type: 'string' },
    cache: { type: 'string' },
  },
})

try {
  const { context, file, cache = cacheFolder('images', 'stages') } = values
  for (const { name, folder, config } of buildTrees({ context, file, targets, cache, tell: console.error }))
    console.log(JSON.stringify({ name, folder, ...config }))
} catch (error) {
  console.error(error.expected ? error.message : error)
  process.exitCode = 1
}
