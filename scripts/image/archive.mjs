import { createHash } from 'node:crypto'
import { renameSync } from 'node:fs'
import { tarWriter } from './tar.mjs'

/** What the names of processors are outside Node. */
const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' }

/** Writes what `docker save` writes: an image of these layers, which every engine can load. */
export function writeArchive(path, { reference, layers, config }) {
  const text = JSON.stringify(imageConfig(config, layers))
  const name = `${createHash('sha256').update(text).digest('hex')}.json`
  const inArchive = layers.map(({ digest, content }) => ({ name: `${digest}/layer.tar`, content }))
  const draft = `${path}.${process.pid}`
  const tar = tarWriter(draft)
  tar.file(name, text)
  for (const layer of inArchive) tar.file(layer.name, layer.content)
  tar.file(
    'manifest.json',
    JSON.stringify([{ Config: name, RepoTags: [reference], Layers: inArchive.map((layer) => layer.name) }]),
  )
  tar.end()
  renameSync(draft, path)
}

function imageConfig({ env, labels, workdir, user, cmd, ports }, layers) {
  return {
    architecture: ARCHITECTURES[process.arch] ?? process.arch,
    os: 'linux',
    config: {
      Cmd: cmd,
      Env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
      ExposedPorts: Object.fromEntries(ports.map((port) => [`${port}/tcp`, {}])),
      Labels: labels,
      User: user,
      WorkingDir: workdir,
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => `sha256:${digest}`) },
    history: layers.map(({ what }) => ({ created_by: what })),
  }
}
