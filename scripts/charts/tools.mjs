import { chmodSync, copyFileSync, existsSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { cacheFolder } from '../image/cache.mjs'
import { expectedError } from '../run.mjs'
import { makeOnce } from './cached.mjs'
import { buildTool } from './go.mjs'
import { DEBIAN_TOOLS, GO_TOOLS } from './pins.mjs'
import { run } from './run.mjs'
import { Unavailable } from './unavailable.mjs'

/** Where links to all of them are, by name. */
export const toolsFolder = () => cacheFolder('tools', 'bin')

/** Makes sure of a tool; resolves to its program. */
export async function tool(name) {
  if (name in DEBIAN_TOOLS) return onPath(name) ?? linkAll(await fromDebian(DEBIAN_TOOLS[name]), name)
  const pin = GO_TOOLS[name]
  if (!pin)
    throw expectedError(
      `there is no tool ${name}: ${[...Object.keys(GO_TOOLS), ...Object.keys(DEBIAN_TOOLS)].join(', ')}`,
    )
  const folder = cacheFolder('tools')
  const made = await makeOnce(
    join(folder, `${name}@${pin.version}`),
    `${name} ${pin.version} (go install)`,
    (draft) => buildTool(name, pin, draft),
  )
  return link(name, made)
}

/** Only what is there already: for tools that take long to get and are not asked for. */
export function toolIfThere(name) {
  const own = join(cacheFolder('tools'), `${name}@${GO_TOOLS[name]?.version}`, name)
  return existsSync(own) ? own : onPath(name)
}

function linkAll(folder, name) {
  for (const each of readdirSync(folder)) link(each, folder)
  return join(folder, name)
}

function link(name, folder) {
  const program = join(folder, name)
  const path = join(toolsFolder(), name)
  const draft = `${path}.${process.pid}`
  rmSync(draft, { force: true })
  symlinkSync(program, draft)
  renameSync(draft, path)
  return program
}

function onPath(name) {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/** A new machine has no lists of packages yet. */
async function download(package_, cwd) {
  const attempt = () => run('apt-get', ['download', '-qq', package_], { cwd })
  let { code, stderr } = await attempt()
  if (code !== 0 && code !== undefined) {
    await run('apt-get', ['update', '-qq'])
    ;({ code, stderr } = await attempt())
  }
  if (code !== 0) throw new Unavailable(`apt-get has no ${package_} for us: ${stderr.trimEnd()}`)
}

/** Taken out of the package, not installed: an installed Prometheus would start. */
function fromDebian(package_) {
  return makeOnce(join(cacheFolder('tools'), `debian-${package_}`), `Debian's ${package_}`, async (draft) => {
    await download(package_, draft)
    const [archive] = readdirSync(draft)
    const { code, stderr } = await run('dpkg-deb', ['-x', archive, 'package'], { cwd: draft })
    if (code !== 0) throw new Unavailable(`dpkg-deb cannot open ${archive}: ${stderr.trimEnd()}`)
    for (const [name, of] of Object.entries(DEBIAN_TOOLS))
      if (of === package_) {
        copyFileSync(join(draft, 'package', 'usr', 'bin', name), join(draft, name))
        chmodSync(join(draft, name), 0o755)
      }
    for (const name of [archive, 'package']) rmSync(join(draft, name), { recursive: true })
  })
}
