// node scripts/chart-goldens.mjs [--check]   renders every example into charts/votestream/goldens, or says what differs. Needs helm.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { chartFolder } from './chart-values.mjs'

const goldens = `${chartFolder}goldens/`
const names = readdirSync(`${chartFolder}examples`).filter((name) => name.endsWith('.yaml'))

/** Helm 3 and 4 differ in blank lines; the version of the cluster is fixed, so that goldens do not depend on the Helm. */
const render = (name) => {
  const args = [
    'template',
    'votestream',
    chartFolder,
    '--namespace',
    'votestream',
    '--kube-version',
    '1.33.0',
  ]
  const { status, stdout, stderr, error } = spawnSync(
    process.env.HELM ?? 'helm',
    [...args, '--values', `${chartFolder}examples/${name}`],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`helm template of ${name} failed: ${error?.message ?? stderr}`)
  return `${stdout
    .split('\n')
    .filter((line) => line.trim() !== '')
    .join('\n')}\n`
}

/** The first lines that differ, as an editor would find them. */
const difference = (golden, rendered) => {
  const [before, after] = [golden.split('\n'), rendered.split('\n')]
  const line = before.findIndex((text, index) => text !== after[index])
  const at = line === -1 ? before.length : line
  return `line ${at + 1}:\n  - ${before[at] ?? '(the end)'}\n  + ${after[at] ?? '(the end)'}`
}

const read = (name) => (existsSync(goldens + name) ? readFileSync(goldens + name, 'utf8') : '')
const strangers = readdirSync(goldens).filter((name) => !names.includes(name))

if (process.argv.includes('--check')) {
  const faults = strangers.map((name) => `goldens/${name} belongs to no example`)
  for (const name of names) {
    const [golden, rendered] = [read(name), render(name)]
    if (golden !== rendered) faults.push(`goldens/${name} differs, ${difference(golden, rendered)}`)
  }
  for (const fault of faults) console.error(fault)
  if (faults.length > 0) console.error('if that is meant: node scripts/chart-goldens.mjs')
  else console.log(`chart goldens: ${names.length} examples as they were`)
  process.exitCode = faults.length === 0 ? 0 : 1
} else {
  for (const name of strangers) rmSync(goldens + name)
  for (const name of names) writeFileSync(goldens + name, render(name))
  console.log(`chart goldens: ${names.length} written`)
}
