/** What the suite is told about a cluster, by environment variables; kubectl and helm read KUBECONFIG themselves. */
export interface ClusterSettings {
  /** Made and removed by the suite; it must not be there before. k8s/dev has one name for it. */
  readonly namespace: string
  readonly registry: string
  /** Of all images; the chart's own where it is not set. */
  readonly tag: string
  /** What the upgrade goes to: another tag of the same images will do. */
  readonly upgradeTag: string
  /** Where the gateway's Service answers this process; its cluster IP where it is not set. */
  readonly url: string | undefined
  /** Data services that run already and that both this process and the pods reach; without them those of k8s/dev. */
  readonly given: GivenStores | undefined
}

export interface GivenStores {
  /** As a superuser, with its password. */
  readonly postgres: URL
  readonly redis: URL
  readonly kafka: readonly string[]
}

/** Reads the settings; throws one error that lists what is wrong. */
export const readClusterSettings = (env: NodeJS.ProcessEnv): ClusterSettings => {
  const { CLUSTER_IMAGE_TAG: tag = '' } = env
  return {
    namespace: env.CLUSTER_NAMESPACE ?? 'votestream',
    registry: env.CLUSTER_IMAGE_REGISTRY ?? '',
    tag,
    upgradeTag: env.CLUSTER_UPGRADE_TAG ?? tag,
    url: env.CLUSTER_URL,
    given: givenStores(env),
  }
}

const givenStores = (env: NodeJS.ProcessEnv): GivenStores | undefined => {
  const { CLUSTER_POSTGRES_URL: postgres, CLUSTER_REDIS_URL: redis, CLUSTER_KAFKA_BROKERS: kafka } = env
  if (postgres === undefined && redis === undefined && kafka === undefined) return undefined
  if (postgres === undefined || redis === undefined || kafka === undefined)
    throw new Error(
      'CLUSTER_POSTGRES_URL, CLUSTER_REDIS_URL and CLUSTER_KAFKA_BROKERS are set together, or none of them',
    )
  return { postgres: new URL(postgres), redis: new URL(redis), kafka: kafka.split(',') }
}
