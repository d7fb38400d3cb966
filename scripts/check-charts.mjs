// npm run check:charts: everything that can be said of charts/ and k8s/ without running it, and with a KUBECONFIG what an API server says.
// A tool that cannot be had leaves its checks out, with a word; with REQUIRE_INFRA=1 it fails them.
import { apiServerChecks } from './charts/api-server-checks.mjs'
import { helmChecks } from './charts/helm-checks.mjs'
import { ruleChecks } from './charts/rule-checks.mjs'
import { schemaChecks } from './charts/schema-checks.mjs'
import { skaffoldChecks } from './charts/skaffold-checks.mjs'
import { Unavailable } from './charts/unavailable.mjs'

const CHECKS = [...helmChecks, ...schemaChecks, ...ruleChecks, ...skaffoldChecks, ...apiServerChecks]
const NAME_WIDTH = 26
const VERDICT_WIDTH = 10

async function runOne({ name, run, optional = false }) {
  const startedAt = performance.now()
  const ended = (verdict, why = '') => ({
    name,
    verdict,
    why,
    seconds: (performance.now() - startedAt) / 1000,
  })
  try {
    await run()
    return ended('ok')
  } catch (error) {
    const leftOut = error instanceof Unavailable && (optional || !process.env.REQUIRE_INFRA)
    if (leftOut) return ended('left out', error.message.split('\n')[0])
    console.error(`\n${name} failed:\n\n${error.message}\n`)
    return ended('FAILED')
  }
}

const row = ({ name, verdict, seconds, why }) =>
  `${name.padEnd(NAME_WIDTH)}${verdict.padEnd(VERDICT_WIDTH)}${seconds.toFixed(1).padStart(6)} s  ${why}`.trimEnd()

const results = []
for (const check of CHECKS) {
  console.log(`${check.name} ...`)
  results.push(await runOne(check))
}
const count = (wanted) => results.filter(({ verdict }) => verdict === wanted).length
const failed = count('FAILED')
console.log(`\n${results.map(row).join('\n')}`)
console.log(`chart checks: ${count('ok')} ok, ${failed} failed, ${count('left out')} left out`)
process.exitCode = failed === 0 ? 0 : 1
