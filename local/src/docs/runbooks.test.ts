import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { inRepository } from '../repository.js'

const rules = inRepository('charts/votestream/files/rules')
const runbooks = inRepository('docs/runbooks')

const textsIn = (folder: string, suffix: string): string =>
  readdirSync(folder)
    .filter((name) => name.endsWith(suffix))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')

const alerts = textsIn(rules, '.yaml')
  .split(/^\s+- (?=alert: |record: |name: )/m)
  .filter((text) => text.startsWith('alert: '))
  .map((text) => ({ name: /^alert: (\w+)/.exec(text)?.[1] ?? '', text }))

test('every alert has a runbook, and every runbook of an alert has the alert', () => {
  const ofAlerts = readdirSync(runbooks).filter((name) => name.startsWith('VoteStream'))

  expect(alerts.length).toBeGreaterThan(0)
  expect(alerts.map(({ name }) => `${name}.md`).sort()).toEqual(ofAlerts.sort())
})

describe.each(alerts)('$name', ({ name, text }) => {
  test('says how severe it is, what happened, and where to read on', () => {
    expect(text).toMatch(/severity: (critical|warning)\n/)
    expect(text).toMatch(/summary: \S/)
    expect(text).toMatch(/description: \S/)
    expect(text).toContain(`runbook_url: docs/runbooks/${name}.md\n`)
  })

  test('is tested: there is a moment at which it is raised, and one at which it is not', () => {
    const tests = textsIn(join(rules, 'tests'), '.yaml')
      .split(/^\s+- (?=eval_time: )/m)
      .filter((each) => each.includes(`alertname: ${name}\n`))

    expect(tests.some((each) => each.includes('exp_labels'))).toBe(true)
    expect(tests.some((each) => each.includes('exp_alerts: []'))).toBe(true)
  })

  test('has a runbook that tells meaning, impact, diagnosis and mitigation, with commands', () => {
    const runbook = readFileSync(join(runbooks, `${name}.md`), 'utf8')

    expect(runbook.startsWith(`# ${name}\n`)).toBe(true)
    expect(runbook.match(/^## .*$/gm)).toEqual(['## Meaning', '## Impact', '## Diagnosis', '## Mitigation'])
    expect(runbook).toMatch(/^\s*```(sh|sql|promql)$/m)
    // With a selector and without it kubectl shows the last ten lines of each pod.
    expect(runbook.match(/logs -l (?!.*--tail=-1).*/g) ?? []).toEqual([])
  })
})
