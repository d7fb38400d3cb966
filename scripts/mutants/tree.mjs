import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import ts from 'typescript'
import { modules, root } from '../paths.mjs'
import { expectedError } from '../run.mjs'

/** Neither needed nor cheap to copy; what a mesh leaves behind belongs to the original. */
const LEFT_OUT = ['.git', '.votestream', 'node_modules', 'coverage']
/** Not below the state folder, where no test runner looks for suites. */
const cache = process.env.XDG_CACHE_HOME?.trim() || join(homedir(), '.cache')
const place = join(cache, 'votestream', 'mutants')

/** A copy of this repository in which bugs can be planted. Its packages are the installed ones, its workspaces are its own. */
export function makeTree() {
  const tree = join(place, `tree-${process.pid}`)
  mkdirSync(tree, { recursive: true })
  for (const name of readdirSync(root))
    if (!LEFT_OUT.includes(name)) cpSync(join(root, name), join(tree, name), COPY)
  linkModules(tree)
  return {
    path: tree,
    plant: (patch) => apply(tree, patch, []),
    remove: (patch) => apply(tree, patch, ['--reverse']),
    end: () => rmSync(tree, { recursive: true, force: true }),
  }
}

const COPY = { recursive: true, preserveTimestamps: true, verbatimSymlinks: true }

function linkModules(tree) {
  const own = join(tree, 'node_modules')
  mkdirSync(own)
  for (const name of readdirSync(modules)) {
    if (name === '.cache') continue
    // Of what is linked relatively the copy has its own; npm's record of the installation is read, and sometimes written.
    if (name === '@votestream' || name === '.package-lock.json')
      cpSync(join(modules, name), join(own, name), COPY)
    else symlinkSync(join(modules, name), join(own, name))
  }
}

function apply(tree, { path, files }, options) {
  // Otherwise git finds the repository around the copy, and takes the paths for its own.
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: place }
  const { status, stderr } = spawnSync('git', ['apply', '--whitespace=nowarn', ...options, path], {
    cwd: tree,
    env,
    encoding: 'utf8',
  })
  if (status !== 0) throw expectedError(`${basename(path)} does not apply: ${stderr.trim()}`)
  for (const file of files) recompile(tree, file)
}

/** One module as the compiler would make it; types are looked at where the bug is planted for good: nowhere. */
function recompile(tree, file) {
  const output = file.replace('/src/', '/dist/').replace(/\.ts$/, '.js')
  if (!existsSync(join(tree, output))) throw expectedError(`${file} is not compiled to ${output}`)
  const base = ts.readConfigFile(join(tree, 'tsconfig.base.json'), ts.sys.readFile).config.compilerOptions
  const { options } = ts.convertCompilerOptionsFromJson(base, tree)
  const source = readFileSync(join(tree, file), 'utf8')
  const { outputText } = ts.transpileModule(source, {
    fileName: join(dirname(join(tree, file)), basename(file)),
    compilerOptions: {
      ...options,
      // What every package.json says, which is not looked at here.
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      sourceMap: false,
      declaration: false,
      composite: false,
      incremental: false,
    },
  })
  writeFileSync(join(tree, output), outputText)
}
