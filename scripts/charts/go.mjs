import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { run } from './run.mjs'
import { Unavailable } from './unavailable.mjs'

const ENVIRONMENT = { CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' }

/** Runs go; what it cannot do here is left out, with its word for it. */
export async function go(args, { cwd, env = {} } = {}) {
  const { code, stdout, stderr } = await run('go', args, {
    cwd,
    env: { ...process.env, ...ENVIRONMENT, ...env },
  })
  if (code === undefined) throw new Unavailable('there is no go on the PATH: https://go.dev/dl')
  if (code !== 0) throw new Unavailable(`go ${args.join(' ')} failed:\n${stderr || stdout}`)
  return stdout
}

/** Builds a tool into a folder, under its own name. */
export async function buildTool(name, { package: path, version, ldflags = [], wrapped }, folder) {
  const flags = ['-trimpath', '-ldflags', ['-s', '-w', ...ldflags].join(' ')]
  const program = join(folder, name)
  if (wrapped) return buildWrapped(path, { module: wrapped, version, flags, program, folder })
  // `go install` names the program for its folder.
  await go(['install', ...flags, `${path}@${version}`], { env: { GOBIN: folder } })
  const made = join(folder, basename(path.replace(/\/v\d+$/, '')))
  if (made !== program && existsSync(made)) renameSync(made, program)
}

async function buildWrapped(path, { module, version, flags, program, folder }) {
  const { GoMod } = JSON.parse(await go(['mod', 'download', '-json', `${module}@${version}`]))
  const theirs = readFileSync(GoMod, 'utf8')
  const ours = ['module wrapper', /^go .*$/m.exec(theirs)?.[0] ?? '', ...directives(theirs)]
  writeFileSync(join(folder, 'go.mod'), `${ours.join('\n')}\n`)
  await go(['get', '-tool', `${path}@${version}`], { cwd: folder })
  await go(['build', ...flags, '-o', program, path], { cwd: folder })
}

/** The `replace` and `exclude` directives of a go.mod, single or in brackets. */
function directives(text) {
  return [...text.matchAll(/^(?:replace|exclude) (?:\([^]*?^\)|[^(\n]*$)/gm)].map(([directive]) => directive)
}
