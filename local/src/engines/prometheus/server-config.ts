/** One process of the mesh, as its pod would be seen in a cluster. */
export interface ScrapeTarget {
  /** The process: `votes-2`. */
  readonly pod: string
  /** The service: `votes`. */
  readonly container: string
  readonly opsPort: number
}

/** Who looks at a mesh on one machine wants to see at once what was just done. */
const INTERVAL = '5s'
/** A scrape asks the engines, of which each has a second to answer. */
const TIMEOUT = '4s'
/** The namespace that the chart's rules and dashboards group by. */
export const LOCAL_NAMESPACE = 'local'

/** Prometheus's configuration as JSON, which is YAML: the labels are those that a PodMonitor gives, so that the chart's rules work as they are. */
export const serverConfig = ({
  targets,
  rules,
}: {
  readonly targets: readonly ScrapeTarget[]
  readonly rules: string
}): string =>
  JSON.stringify(
    {
      global: { scrape_interval: INTERVAL, scrape_timeout: TIMEOUT, evaluation_interval: INTERVAL },
      rule_files: [rules],
      scrape_configs: [
        {
          job_name: 'votestream',
          static_configs: targets.map(({ pod, container, opsPort }) => ({
            targets: [`127.0.0.1:${opsPort}`],
            labels: { namespace: LOCAL_NAMESPACE, pod, container },
          })),
        },
      ],
    },
    null,
    2,
  )
