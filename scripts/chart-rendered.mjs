// node scripts/chart-rendered.mjs [--check]   renders k8s/rendered/dev.yaml, or says that it differs. Needs helm.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './paths.mjs'

const FILE = 'k8s/rendered/dev.yaml'
/** kubectl knows no hooks: the migrations are a Job beside the rest, which the services wait for. */
const FOR_KUBECTL = ['--set', 'migrations.mode=job', '--skip-tests']
const ARGUMENTS = [
  ...['template', 'votestream', 'charts/votestream', '--namespace', 'votestream'],
  ...['--values', 'charts/votestream/examples/dev.yaml', '--kube-version', '1.33.0', ...FOR_KUBECTL],
]

const { status, stdout, stderr, error } = spawnSync(process.env.HELM ?? 'helm', ARGUMENTS, {
  cwd: root,
  encoding: 'utf8',
})
if (status !== 0) throw new Error(`helm template failed: ${error?.message ?? stderr}`)

// Versions of Helm differ in blank lines.
const lines = stdout.split('\n').filter((line) => line.trim() !== '')
const rendered = `# Made by node scripts/chart-rendered.mjs: do not edit.\n${lines.join('\n')}\n`
if (!process.argv.includes('--check')) {
  writeFileSync(join(root, FILE), rendered)
} else if (readFileSync(join(root, FILE), 'utf8') !== rendered) {
  console.error(`${FILE} is not what the chart makes: node scripts/chart-rendered.mjs`)
  process.exitCode = 1
} else {
  console.log(`${FILE}: fresh`)
}
