/** One answer to a query: a series and its value now. */
export interface Reading {
  readonly metric: Readonly<Record<string, string>>
  readonly value: number
}

export interface Rule {
  readonly name: string
  readonly query: string
  readonly health: string
  readonly lastError?: string
  /** Of an alert: inactive, pending or firing. */
  readonly state?: string
  readonly type: 'alerting' | 'recording'
}

export interface Target {
  readonly labels: Readonly<Record<string, string>>
  readonly health: string
}

/** What a test asks of a running Prometheus. */
export interface PrometheusApi {
  /** Rejects with Prometheus's own words when the expression is wrong. */
  query(expr: string): Promise<readonly Reading[]>
  rules(): Promise<readonly Rule[]>
  targets(): Promise<readonly Target[]>
  /** Every metric that a target says it has, be it without samples yet. */
  metricNames(): Promise<ReadonlySet<string>>
}

interface Answer {
  readonly status: string
  readonly error?: string
  readonly data: unknown
}

const LIMIT_MS = 10_000
/** What a histogram is called in its samples. */
const HISTOGRAM = ['_bucket', '_sum', '_count']

/** Speaks the HTTP API of a Prometheus. */
export const prometheusApi = (url: string): PrometheusApi => {
  const get = async (path: string, values: Readonly<Record<string, string>> = {}): Promise<unknown> => {
    const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(values).toString()}`, {
      signal: AbortSignal.timeout(LIMIT_MS),
    })
    const answer = (await response.json()) as Answer
    if (answer.status !== 'success')
      throw new Error(`${JSON.stringify(values)}: ${answer.error ?? 'no reason'}`)
    return answer.data
  }
  return {
    async query(expr) {
      const { result } = (await get('query', { query: expr })) as {
        result: readonly { metric: Reading['metric']; value: [number, string] }[]
      }
      return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }))
    },
    async rules() {
      const { groups } = (await get('rules')) as { groups: readonly { rules: readonly Rule[] }[] }
      return groups.flatMap(({ rules }) => rules)
    },
    async targets() {
      const { activeTargets } = (await get('targets')) as { activeTargets: readonly Target[] }
      return activeTargets
    },
    async metricNames() {
      return new Set(
        Object.entries(
          (await get('metadata')) as Readonly<Record<string, readonly { type: string }[]>>,
        ).flatMap(([name, [about]]) =>
          about?.type === 'histogram' ? HISTOGRAM.map((suffix) => `${name}${suffix}`) : [name],
        ),
      )
    },
  }
}
