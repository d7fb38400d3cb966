// Generates everything again, beside the committed files, and compares. Also lints the .proto files that it comes from.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { root, stamps } from './paths.mjs'

const fresh = join(stamps, `generated-${process.pid}`)
const problems = []

function run(what, args, cwd = root) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' })
  if (status !== 0) problems.push(`${what} failed:\n${stdout}${stderr}`)
}

/** The files of a folder, or the one file, as text by relative path. */
function contents(path) {
  if (!existsSync(path)) return new Map()
  const files = statSync(path).isFile()
    ? [path]
    : readdirSync(path, { recursive: true })
        .map((name) => join(path, name))
        .filter((file) => statSync(file).isFile())
  return new Map(files.map((file) => [relative(path, file), readFileSync(file, 'utf8')]))
}

function compare(committedPath, freshPath) {
  const committed = contents(join(root, committedPath))
  const generated = contents(freshPath)
  for (const name of new Set([...committed.keys(), ...generated.keys()])) {
    if (committed.get(name) !== generated.get(name))
      problems.push(`${join(committedPath, name)} is not what \`npm run generate\` makes`)
  }
}

try {
  mkdirSync(fresh, { recursive: true })
  run('proto/generate.mjs', ['generate.mjs', join(fresh, 'gen')], join(root, 'proto'))
  run('buf lint', [join(root, 'node_modules', '@bufbuild', 'buf', 'bin', 'buf'), 'lint'], join(root, 'proto'))
  run('configuration-docs', [
    join(root, 'local', 'dist', 'configuration-docs.js'),
    join(fresh, 'configuration.md'),
  ])
  compare('proto/gen', join(fresh, 'gen'))
  compare('docs/configuration.md', join(fresh, 'configuration.md'))
} finally {
  rmSync(fresh, { recursive: true, force: true })
}

for (const problem of problems) console.error(problem)
process.exitCode = problems.length === 0 ? 0 : 1
