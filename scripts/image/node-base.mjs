import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expectedError } from '../run.mjs'

/** Where node:...-slim has it. */
const NODE_IN_IMAGE = 'usr/local/bin/node'
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** What the C library looks for: whose the numbers are, and that names come from /etc/hosts and then from DNS. */
const ETC = {
  'etc/group': 'root:x:0:\nvotestream:x:10001:\n',
  'etc/nsswitch.conf': 'hosts: files dns\n',
  'etc/passwd': 'root:x:0:0::/root:/sbin/nologin\nvotestream:x:10001:10001::/app:/sbin/nologin\n',
}

/** The settings that an image starts with. */
export const baseEnvironment = { PATH }

/**
 * Makes sure of the Node of node:VERSION-slim, from the npm package that carries its program. Resolves to the program.
 * The rest of the base is this machine's C library and what else `ldd` names: enough to run, and no shell.
 */
export function nodeProgram({ version, cache, tell }) {
  const package_ = `node-${process.platform}-${process.arch}`
  const folder = join(cache, `${package_}-${version}`)
  const program = join(folder, 'node_modules', package_, 'bin', 'node')
  if (existsSync(program)) return program
  tell(`getting Node ${version} (npm install ${package_}) ...`)
  const draft = `${folder}.${process.pid}`
  mkdirSync(draft, { recursive: true })
  writeFileSync(join(draft, 'package.json'), '{ "private": true }\n')
  const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', '--prefer-offline']
  const { status, stderr, error } = spawnSync('npm', ['install', ...options, `${package_}@${version}`], {
    cwd: draft,
    encoding: 'utf8',
  })
  if (status !== 0) {
    rmSync(draft, { recursive: true, force: true })
    throw expectedError(`npm has no ${package_}@${version} for us:\n${error?.message ?? stderr}`)
  }
  if (!existsSync(folder)) renameSync(draft, folder)
  rmSync(draft, { recursive: true, force: true })
  return program
}

/** Adds the base to a layer: Node, the libraries that it is linked with, certificates, and a /tmp. */
export function addNodeBase(tar, program) {
  const files = new Map(Object.entries(ETC).map(([name, text]) => [name, { content: text }]))
  for (const library of librariesOf(program))
    files.set(library.slice(1), { content: readFileSync(library), mode: 0o755 })
  files.set(NODE_IN_IMAGE, { content: readFileSync(program), mode: 0o755 })
  if (existsSync(CERTIFICATES)) files.set(CERTIFICATES.slice(1), { content: readFileSync(CERTIFICATES) })
  const folders = new Set([...files.keys()].flatMap(foldersAbove))
  for (const folder of [...folders].sort()) tar.folder(folder)
  tar.folder('tmp', { mode: 0o1777 })
  for (const [name, { content, mode }] of [...files].sort()) tar.file(name, content, { mode })
}

function librariesOf(program) {
  const { status, stdout, error } = spawnSync('ldd', [program], { encoding: 'utf8' })
  if (status !== 0) throw expectedError(`ldd ${program} failed: ${error?.message ?? stdout}`)
  return [...stdout.matchAll(/(?:=> |^\t)(\/\S+)/gm)].map(([, path]) => path)
}

function foldersAbove(name) {
  const above = dirname(name)
  return above === '.' ? [] : [...foldersAbove(above), above]
}
