// Images without a Docker engine: npm run images -- --output DIR [--tag TAG] [--revision COMMIT] [--created TIME] [TARGET ...]
// Writes DIR/TARGET.tar for each, in the format of `docker save`, named votestream/TARGET:TAG.
import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { writeArchive } from './image/archive.mjs'
import { buildTrees } from './image/build-tree.mjs'
import { cacheFolder, dropOld } from './image/cache.mjs'
import { addTree, makeLayer } from './image/layer.mjs'
import { addNodeBase, baseEnvironment, nodeProgram } from './image/node-base.mjs'
import { root } from './paths.mjs'
import { expectedError } from './run.mjs'

const TARGETS = ['gateway', 'polls', 'votes', 'realtime', 'migrations']
const MEGABYTE = 1e6

const tell = (line) => console.error(line)

function images({ output, tag, version, revision, created }, targets) {
  if (process.platform !== 'linux')
    throw expectedError('images are made of Linux programs: this is not Linux')
  mkdirSync(output, { recursive: true })
  const buildArguments = {
    VERSION: version,
    ...(revision && { REVISION: revision }),
    ...(created && { CREATED: created }),
  }
  const trees = buildTrees({
    context: root,
    targets,
    cache: cacheFolder('images', 'stages'),
    buildArguments,
    tell,
  })
  const layers = cacheFolder('images', 'layers')
  dropOld(layers)
  for (const { name, key, folder, image, owned, config } of trees) {
    const program = nodeProgram({ version: image.version, cache: cacheFolder('images', 'node'), tell })
    const base = makeLayer(layers, `node-${image.version}-${process.arch}`, (tar) =>
      addNodeBase(tar, program),
    )
    const own = makeLayer(layers, key, (tar) => addTree(tar, folder, owned))
    const path = join(output, `${name}.tar`)
    writeArchive(path, {
      reference: `votestream/${name}:${tag}`,
      layers: [
        { ...base, what: image.reference },
        { ...own, what: `Dockerfile, target ${name}` },
      ],
      config: { ...config, env: { ...baseEnvironment, NODE_VERSION: image.version, ...config.env } },
    })
    const megabytes = (size) => (size / MEGABYTE).toFixed(1)
    console.log(
      `${path}: votestream/${name}:${tag}, ${megabytes(statSync(path).size)} MB, ${megabytes(own.content.length)} MB of it its own`,
    )
  }
}

try {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      output: { type: 'string' },
      tag: { type: 'string', default: version },
      revision: { type: 'string' },
      created: { type: 'string' },
    },
  })
  if (!values.output) throw expectedError('usage: npm run images -- --output DIR [--tag TAG] [TARGET ...]')
  images(
    { ...values, version, output: resolve(values.output) },
    positionals.length > 0 ? positionals : TARGETS,
  )
} catch (error) {
  console.error(error.expected ? error.message : error)
  process.exitCode = 1
}
