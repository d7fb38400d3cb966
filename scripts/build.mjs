import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { modules, root } from './paths.mjs'
import { expectedError, run } from './run.mjs'
import { signOfLife } from './sign-of-life.mjs'
import { hasStamp, writeStamp } from './stamp.mjs'

/** `tsc -b` needs over a second to find that nothing changed; looking at the files' times needs some milliseconds. */
export function isBuilt() {
  return projects().every(({ output }) => existsSync(output)) && hasStamp('built', fingerprint())
}

/** Compiles what changed. The fingerprint is taken first: an edit during the build belongs to the next one. */
export async function build() {
  console.log('Building (tsc -b) ...')
  const life = signOfLife('building')
  const before = fingerprint()
  const compiler = join(modules, 'typescript', 'lib', 'tsc.js')
  const code = await run(process.execPath, [compiler, '-b'], { cwd: root }).finally(life.stop)
  if (code !== 0) throw expectedError('The build failed: see the errors above.')
  writeStamp('built', before)
  console.log(`Built in ${life.seconds()} s`)
}

function projects() {
  const { references } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'))
  return references.map(({ path }) => {
    const folder = join(root, path)
    const { compilerOptions } = JSON.parse(readFileSync(join(folder, 'tsconfig.json'), 'utf8'))
    return { folder, output: join(folder, compilerOptions.tsBuildInfoFile) }
  })
}

function fingerprint() {
  const hash = createHash('sha256')
  const files = [
    join(root, 'tsconfig.base.json'),
    join(root, 'tsconfig.json'),
    join(modules, '.package-lock.json'),
  ]
  for (const { folder } of projects()) {
    files.push(join(folder, 'package.json'), join(folder, 'tsconfig.json'), ...sources(join(folder, 'src')))
    if (existsSync(join(folder, 'gen'))) files.push(...sources(join(folder, 'gen')))
  }
  for (const file of files) {
    const { mtimeMs, size } = statSync(file)
    hash.update(`${file} ${mtimeMs} ${size}\n`)
  }
  return hash.digest('hex')
}

function sources(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => join(folder, name))
}
