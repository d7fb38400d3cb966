import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const files = fileURLToPath(new URL('../../charts/votestream/files/', import.meta.url))

/** One query of a dashboard. */
export interface PanelQuery {
  readonly panel: string
  readonly expr: string
}

interface Model {
  readonly title: string
  readonly panels: readonly {
    readonly title: string
    readonly targets?: readonly { readonly expr: string }[]
  }[]
}

/** What a person who opens a board of the local mesh has chosen. */
const CHOSEN: Readonly<Record<string, string>> = {
  $namespace: 'local',
  $pod: '.*',
  $__rate_interval: '1m',
}

/** Every query of every dashboard of the chart, its variables replaced by what they are for a mesh on this machine. */
export const dashboardQueries = (): readonly PanelQuery[] =>
  readdirSync(join(files, 'dashboards')).flatMap((name) => {
    const { title, panels } = JSON.parse(readFileSync(join(files, 'dashboards', name), 'utf8')) as Model
    return panels.flatMap((panel) =>
      (panel.targets ?? []).map(({ expr }) => ({ panel: `${title}: ${panel.title}`, expr: chosen(expr) })),
    )
  })

const chosen = (expr: string): string =>
  Object.entries(CHOSEN).reduce((text, [variable, value]) => text.replaceAll(variable, value), expr)

/** The adapter's one rule, with what it fills in for the pods of a namespace. */
export const adapterQueries = (): { readonly series: string; readonly metrics: string } => {
  const text = readFileSync(join(files, 'prometheus-adapter', 'values.yaml'), 'utf8')
  const valueOf = (key: string): string => new RegExp(`${key}: (.*)`).exec(text)?.[1] ?? ''
  const series = valueOf('seriesQuery')
  const metrics = valueOf('metricsQuery')
    .replaceAll('<<.Series>>', /^\w+/.exec(series)?.[0] ?? '')
    .replaceAll('<<.LabelMatchers>>', 'namespace="local",pod=~"realtime|realtime-2"')
    .replaceAll('<<.GroupBy>>', 'pod')
  return { series, metrics }
}

const WORDS = ['and', 'or', 'unless', 'bool', 'by', 'without', 'on', 'ignoring', 'offset']

/** The metrics that an expression reads: what is left of it without strings, labels, times and functions. */
export const metricsIn = (expr: string): readonly string[] => {
  const bare = expr
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '')
    .replaceAll(/\{[^}]*\}/g, ' ')
    .replaceAll(/\[[^\]]*\]/g, ' ')
    .replaceAll(/\b(by|without|on|ignoring)\s*\([^)]*\)/g, ' ')
  const names = bare.match(/[a-zA-Z_:][\w:]*(?!\s*\(|[\w:])/g) ?? []
  return [...new Set(names.filter((name) => !WORDS.includes(name)))]
}
