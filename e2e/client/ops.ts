/** One sample of a metric. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const LIMIT_MS = 2_000

/** The samples of one metric at a process's ops server; none while nobody answers there. */
export const readMetric = async (opsUrl: string, name: string): Promise<readonly Sample[]> => {
  const text = await ask(`${opsUrl}/metrics`).then(
    (answer) => answer.text(),
    () => '',
  )
  return text.split('\n').flatMap((line) => {
    const [, metric, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    return metric === name ? [{ labels: labelsIn(labels), value: Number(value) }] : []
  })
}

/** The sum of all samples of a metric. */
export const readTotal = async (opsUrl: string, name: string): Promise<number> =>
  (await readMetric(opsUrl, name)).reduce((sum, { value }) => sum + value, 0)

/** Whether a process says of itself that it can work. */
export const isReady = (opsUrl: string): Promise<boolean> =>
  ask(`${opsUrl}/readyz`).then(
    ({ status }) => status === 200,
    () => false,
  )

const ask = (url: string): Promise<Response> => fetch(url, { signal: AbortSignal.timeout(LIMIT_MS) })

const labelsIn = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value] as const),
  )
