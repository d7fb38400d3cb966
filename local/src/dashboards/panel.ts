/** One line of a panel. */
export interface Query {
  readonly expr: string
  /** The legend, with labels in braces. */
  readonly legend: string
}

/** Units as Grafana names them. */
export type Unit = 'short' | 's' | 'ops' | 'percentunit' | 'bytes' | 'bool_on_off' | 'none'

/** From which value on a panel turns orange and red. */
export interface Limits {
  readonly warning?: number
  readonly critical: number
}

export interface PanelSpec {
  readonly kind: 'stat' | 'graph'
  readonly title: string
  readonly description: string
  readonly unit: Unit
  readonly queries: readonly Query[]
  readonly limits?: Limits | undefined
  /** True for lines that add up to a whole. */
  readonly stacked?: boolean | undefined
}

/** A panel's place on the board, which is 24 wide. */
export interface Place {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

/** What a panel selects: the chosen namespace and pods. */
const SELECTED = 'namespace="$namespace",pod=~"$pod"'

/** Writes `{}` and `{label="x"}` of a query with the board's variables in them. */
const selecting = (expr: string): string =>
  expr.replaceAll(/(votestream_\w+|nodejs_\w+|process_\w+)\{/g, `$1{${SELECTED},`).replaceAll(',}', '}')

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' }

const thresholds = ({ warning, critical }: Limits) => ({
  mode: 'absolute',
  steps: [
    { color: 'green', value: null },
    ...(warning === undefined ? [] : [{ color: 'orange', value: warning }]),
    { color: 'red', value: critical },
  ],
})

const NO_LIMITS = { mode: 'absolute', steps: [{ color: 'green', value: null }] }

const graphStyle = ({ stacked = false, limits }: PanelSpec) => ({
  drawStyle: 'line',
  lineWidth: 1,
  fillOpacity: stacked ? 30 : 8,
  showPoints: 'never',
  spanNulls: false,
  stacking: { mode: stacked ? 'normal' : 'none', group: 'A' },
  thresholdsStyle: { mode: limits === undefined ? 'off' : 'line' },
})

const optionsOf = (kind: PanelSpec['kind']) =>
  kind === 'stat'
    ? {
        reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
        colorMode: 'background',
        graphMode: 'area',
        textMode: 'auto',
      }
    : {
        legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
        tooltip: { mode: 'multi', sort: 'desc' },
      }

/** Grafana's form of a panel. */
export const panelModel = (spec: PanelSpec, id: number, gridPos: Place) => ({
  ...{ id, type: spec.kind === 'stat' ? 'stat' : 'timeseries' },
  ...{ title: spec.title, description: spec.description, datasource: DATASOURCE, gridPos },
  fieldConfig: {
    defaults: {
      unit: spec.unit,
      min: 0,
      thresholds: spec.limits === undefined ? NO_LIMITS : thresholds(spec.limits),
      custom: spec.kind === 'graph' ? graphStyle(spec) : {},
    },
    overrides: [],
  },
  options: optionsOf(spec.kind),
  targets: spec.queries.map(({ expr, legend }, index) => ({
    refId: String.fromCharCode('A'.charCodeAt(0) + index),
    datasource: DATASOURCE,
    expr: selecting(expr),
    legendFormat: legend,
  })),
})
