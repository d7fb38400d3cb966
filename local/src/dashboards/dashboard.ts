import { panelModel, type PanelSpec } from './panel.js'

export interface Row {
  readonly title: string
  readonly panels: readonly PanelSpec[]
}

export interface Dashboard {
  /** Part of its address, so it never changes; also the file's name. */
  readonly uid: string
  readonly title: string
  readonly description: string
  readonly rows: readonly Row[]
}

/** That of Grafana 12. */
const SCHEMA_VERSION = 42
const WIDTH = 24
const STAT = { w: 4, h: 4 }
const GRAPH = { w: 8, h: 8 }
/** Every process has it. */
const EVERY_PROCESS = 'votestream_event_loop_active_seconds_total'

/** Lays rows of panels out and adds the variables: Grafana's form of a dashboard. */
export const dashboardModel = ({ uid, title, description, rows }: Dashboard) => ({
  ...{ uid: `votestream-${uid}`, title: `VoteStream / ${title}`, description, tags: ['votestream'] },
  ...{ schemaVersion: SCHEMA_VERSION, version: 1, editable: false, graphTooltip: 1, timezone: 'browser' },
  ...{ refresh: '30s', time: { from: 'now-1h', to: 'now' } },
  links: [
    {
      ...{ type: 'dashboards', title: 'VoteStream', tags: ['votestream'], asDropdown: false },
      ...{ keepTime: true, includeVars: true },
    },
  ],
  templating: { list: variables() },
  annotations: { list: [] },
  panels: layOut(rows),
})

const variables = () => {
  const datasource = { type: 'prometheus', uid: '${datasource}' }
  const query = (name: string, label: string, text: string) => ({
    ...{ name, label, type: 'query', datasource, refresh: 2, sort: 1 },
    query: { query: text, refId: name },
    definition: text,
  })
  return [
    { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' },
    query('namespace', 'Namespace', `label_values(${EVERY_PROCESS}, namespace)`),
    {
      ...query('pod', 'Instance', `label_values(${EVERY_PROCESS}{namespace="$namespace"}, pod)`),
      ...{ multi: true, includeAll: true, allValue: '.*', current: { text: ['All'], value: ['$__all'] } },
    },
  ]
}

const layOut = (rows: readonly Row[]): object[] => {
  const models: object[] = []
  let y = 0
  for (const { title, panels } of rows) {
    models.push({
      ...{ id: models.length + 1, type: 'row', title, collapsed: false, panels: [] },
      gridPos: { x: 0, y, w: WIDTH, h: 1 },
    })
    y += 1
    let [x, height] = [0, 0]
    for (const panel of panels) {
      const { w, h } = panel.kind === 'stat' ? STAT : GRAPH
      if (x + w > WIDTH) [x, y, height] = [0, y + height, 0]
      models.push(panelModel(panel, models.length + 1, { x, y, w, h }))
      x += w
      height = Math.max(height, h)
    }
    y += height
  }
  return models
}
