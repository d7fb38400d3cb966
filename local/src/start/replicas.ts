/** The services, in the order of their stop: callers before those whom they call. */
export const SERVICES = ['realtime', 'gateway', 'votes', 'polls'] as const
export type ServiceName = (typeof SERVICES)[number]

/** How many processes of each service a mesh has. */
export type Replicas = Readonly<Record<ServiceName, number>>

export const ONE_OF_EACH: Replicas = { realtime: 1, gateway: 1, votes: 1, polls: 1 }

/** Beyond what one machine has any use for; a slip is told before dozens of processes are started. */
const MOST_REPLICAS = 9
const ENTRY = /^(\w+)=([1-9]\d{0,2})$/

/** Reads `gateway=2,votes=3`; throws an Error that says what is wrong with it. */
export function parseReplicas(text: string): Replicas {
  const counts = new Map<ServiceName, number>()
  for (const entry of text.split(',')) {
    const [, name, digits] = ENTRY.exec(entry.trim()) ?? []
    const service = SERVICES.find((each) => each === name)
    const count = Number(digits)
    if (service === undefined || !(count <= MOST_REPLICAS))
      throw new Error(
        `--replicas takes a list such as gateway=2,votes=3 of ${SERVICES.join(', ')}, each from 1 to ${MOST_REPLICAS}, and not '${entry}'`,
      )
    if (counts.has(service)) throw new Error(`--replicas names ${service} twice`)
    counts.set(service, count)
  }
  return { ...ONE_OF_EACH, ...Object.fromEntries(counts) }
}

/** The names of a service's processes: `votes`, `votes-2`, `votes-3`. */
export const replicaNames = (service: ServiceName, { [service]: count }: Replicas): string[] =>
  Array.from({ length: count }, (_each, index) => (index === 0 ? service : `${service}-${index + 1}`))
