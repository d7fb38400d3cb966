import type { PanelSpec, Query } from './panel.js'

/** A panel of one number. */
export const stat = (
  title: string,
  unit: PanelSpec['unit'],
  expr: string,
  description: string,
  limits?: PanelSpec['limits'],
): PanelSpec => ({ kind: 'stat', title, unit, queries: [{ expr, legend: '' }], description, limits })

/** A panel of lines over time. */
export const graph = (
  title: string,
  unit: PanelSpec['unit'],
  queries: readonly Query[],
  description: string,
  more: Pick<PanelSpec, 'limits' | 'stacked'> = {},
): PanelSpec => ({ kind: 'graph', title, unit, queries, description, ...more })

/** `q('sum(up{})', 'up')`. */
export const q = (expr: string, legend: string): Query => ({ expr, legend })

/** How much a counter grows a second, summed by labels. */
export const perSecond = (selector: string, by = ''): string =>
  `sum${by === '' ? '' : ` by (${by})`} (rate(${selector}[$__rate_interval]))`

/** Two quantiles of a histogram, by name and its labels. */
export const quantiles = (name: string, labels = ''): Query[] =>
  [0.5, 0.99].map((quantile) =>
    q(
      `histogram_quantile(${quantile}, sum by (le) (rate(${name}_bucket{${labels}}[$__rate_interval])))`,
      `p${quantile * 100}`,
    ),
  )

/** One quantile of a histogram for each value of a label. */
export const p99By = (name: string, label: string): Query =>
  q(
    `histogram_quantile(0.99, sum by (le, ${label}) (rate(${name}_bucket{}[$__rate_interval])))`,
    `{{${label}}}`,
  )

/** The requests that are votes. */
export const VOTE_REQUESTS = 'route="/polls/{id}/vote",method="POST"'
