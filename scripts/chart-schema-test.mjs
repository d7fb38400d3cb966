// node scripts/chart-schema-test.mjs   sets every value of the chart wrongly, in each way there is, and sees Helm refuse each by its path
import { spawnSync } from 'node:child_process'
import { chartFolder, readValues, typeOf } from './chart-values.mjs'

/** Maps whose keys are the operator's; every other map takes the keys of values.yaml only. */
const OPEN_MAPS = /\.(env|podAnnotations|podLabels|nodeSelector|labels|annotations|requests|limits)$/
/** Texts that may be anything. */
const FREE_TEXTS = ['kafka.sasl.username']
const WRONG_TYPES = { map: 'text', list: 'text', boolean: 'yes', integer: 'many', string: 7 }
const WRONG_ENTRIES = { map: { 'not a name': true }, list: [7] }

const values = readValues().map((value) => ({
  ...value,
  name: value.path.join('.'),
  type: typeOf(value.default),
}))

const maps = [
  ...new Set([
    ...values.flatMap(({ path }) =>
      path.slice(0, -1).map((_key, depth) => path.slice(0, depth + 1).join('.')),
    ),
    ...values.filter(({ type }) => type === 'map').map(({ name }) => name),
  ]),
].filter((name) => !OPEN_MAPS.test(name))

/** One values file of many wrong values; Helm tells all of them at once. */
const nest = (entries) => {
  const root = {}
  for (const [name, value] of entries) {
    const path = name.split('.')
    const last = path.pop()
    const parent = path.reduce((map, key) => (map[key] ??= {}), root)
    parent[last] = value
  }
  return root
}

const refusals = (entries) => {
  const args = ['template', 'votestream', chartFolder, '--values', '-']
  const input = JSON.stringify(nest(entries))
  const { status, stderr, error } = spawnSync(process.env.HELM ?? 'helm', args, { input, encoding: 'utf8' })
  if (error) throw error
  return status === 0 ? '' : stderr
}

const faults = []
/** Each of the values is refused by a line that names its path, or the path below it. */
const expectRefused = (way, entries, line) => {
  const told = refusals(entries).split('\n')
  for (const [name] of entries) {
    const pattern = line(`/${name.replaceAll('.', '/')}`)
    if (!told.some((each) => each.includes(pattern)))
      faults.push(`${name} ${way}: not refused by a line with "${pattern}"`)
  }
  console.log(`${way}: ${entries.length} values`)
}

expectRefused(
  'of a wrong type',
  values.map(({ name, type }) => [name, WRONG_TYPES[type]]),
  (path) => `at '${path}': `,
)
expectRefused(
  'with a wrong entry',
  values.filter(({ type }) => type in WRONG_ENTRIES).map(({ name, type }) => [name, WRONG_ENTRIES[type]]),
  (path) => `at '${path}`,
)
expectRefused(
  'out of its range or set',
  values
    .filter(({ type, name }) => ['integer', 'string'].includes(type) && !FREE_TEXTS.includes(name))
    .map(({ name, type }) => [name, type === 'integer' ? -1 : 'not\nthis one']),
  (path) => `at '${path}': `,
)
expectRefused(
  'that is not there',
  ['unheardOf', ...maps.map((name) => `${name}.unheardOf`)].map((name) => [name, 1]),
  (path) => `at '${path.slice(0, path.lastIndexOf('/'))}': additional properties 'unheardOf' not allowed`,
)
expectRefused(
  'taken away',
  values.filter(({ path }) => path.length === 1).map(({ name }) => [name, null]),
  () => 'missing propert',
)

for (const fault of faults) console.error(fault)
process.exitCode = faults.length === 0 ? 0 : 1
