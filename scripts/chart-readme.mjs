// node scripts/chart-readme.mjs [--check]   makes the tables of charts/votestream/README.md from values.yaml, or says that they differ
import { readFileSync, writeFileSync } from 'node:fs'
import { chartFolder, readValues, typeOf } from './chart-values.mjs'

const README = `${chartFolder}README.md`
const BLOCK = /(<!-- values: .* -->\n)[^]*(<!-- \/values -->)/
const GENERAL = 'All of it'

const cell = (text) => text.replaceAll('|', '\\|')
const row = ({ path, default: value, comment }) =>
  `| \`${path.join('.')}\` | ${typeOf(value)} | \`${cell(value)}\` | ${cell(comment)} |`

const sections = new Map()
for (const value of readValues()) {
  const section = value.path.length === 1 ? GENERAL : value.path[0]
  sections.set(section, [...(sections.get(section) ?? []), row(value)])
}
const tables = [...sections].map(
  ([section, rows]) =>
    `\n### ${section}\n\n| Value | Type | Default | Meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`,
)

const written = readFileSync(README, 'utf8')
const made = written.replace(BLOCK, (_block, begin, end) => `${begin}${tables.join('')}\n${end}`)
if (!process.argv.includes('--check')) {
  writeFileSync(README, made)
} else if (made !== written) {
  console.error(
    'charts/votestream/README.md is not what its values.yaml makes: node scripts/chart-readme.mjs',
  )
  process.exitCode = 1
} else {
  console.log('chart README: fresh')
}
