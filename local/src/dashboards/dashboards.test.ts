import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { inRepository } from '../repository.js'
import { dashboardFiles } from './dashboards.js'

const folder = inRepository('charts/votestream/files/dashboards')

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly datasource?: { readonly uid: string }
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly fieldConfig?: { readonly defaults: { readonly unit: string } }
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[]
}

interface Model {
  readonly uid: string
  readonly title: string
  readonly templating: { readonly list: readonly { readonly name: string }[] }
  readonly panels: readonly Panel[]
}

const models = [...dashboardFiles().values()].map((text) => JSON.parse(text) as Model)

test('the committed dashboards are what `npm run generate` makes', () => {
  const committed = new Map(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const),
  )

  expect(committed).toEqual(dashboardFiles())
})

test('their addresses never change', () => {
  expect(models.map(({ uid, title }) => [uid, title])).toEqual([
    ['votestream-overview', 'VoteStream / Overview'],
    ['votestream-votes', 'VoteStream / Votes'],
    ['votestream-realtime', 'VoteStream / Realtime'],
    ['votestream-runtime', 'VoteStream / Runtime'],
  ])
})

describe.each(models.map((model) => [model.title, model] as const))(
  '%s',
  (_title, { panels, templating }) => {
    const graphs = panels.filter(({ type }) => type !== 'row')

    test('asks for the data source, the namespace and the instance', () => {
      expect(templating.list.map(({ name }) => name)).toEqual(['datasource', 'namespace', 'pod'])
    })

    test('has panels with ids of their own that do not lie on each other', () => {
      const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_each, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
      )

      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
      expect(new Set(cells).size).toBe(cells.length)
      expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBeLessThanOrEqual(24)
    })

    test('has panels that say what they show, in a unit, from the chosen data source', () => {
      const faults = graphs.filter(
        ({ description = '', datasource, fieldConfig, targets = [] }) =>
          description === '' ||
          (fieldConfig?.defaults.unit ?? '') === '' ||
          targets.length === 0 ||
          [datasource, ...targets.map((target) => target.datasource)].some(
            (source) => source?.uid !== '${datasource}',
          ),
      )

      expect(faults.map(({ title }) => title)).toEqual([])
    })

    test('has queries of the chosen namespace and instances only', () => {
      const metrics = graphs.flatMap(({ targets = [] }) =>
        targets.flatMap(({ expr }) => expr.match(/\b(votestream|nodejs|process)_\w+(\{[^}]*)?/g) ?? []),
      )

      expect(
        metrics.filter((each) => !each.includes('namespace="$namespace"') || !each.includes('pod=~"$pod"')),
      ).toEqual([])
    })
  },
)
