import { status } from '@grpc/grpc-js'
import type {
  ServerUnaryCall,
  ServerWritableStream,
  UntypedServiceImplementation,
  sendUnaryData,
} from '@grpc/grpc-js'
import { service } from 'grpc-health-check'
import { healthAsker } from './ask-health.js'
import type { ServingStatus } from './ask-health.js'
import type { AnyMethod, HealthCheck } from './service-types.js'

/** What a kubelet asks for: whether the process lives, which stays so to its end, and whether it should be sent calls. */
export const LIVENESS = 'liveness'
export const READINESS = 'readiness'

/** How soon a watcher hears of a change. */
const WATCH_INTERVAL_MS = 1_000

interface HealthRequest {
  readonly service: string
}
interface HealthAnswer {
  readonly status: ServingStatus
}

/** grpc.health.v1.Health, as it is defined. */
export const healthDefinition = service as unknown as Record<'Check' | 'Watch' | 'List', AnyMethod>

/**
 * Answers grpc.health.v1 from live checks: an engine that is not configured is SERVICE_UNKNOWN; a name that is not listed is NOT_FOUND to
 * Check and SERVICE_UNKNOWN to Watch, as the protocol says. Once `stopping` aborts, everything but `liveness` is NOT_SERVING and watches end.
 */
export function healthService(
  checks: Readonly<Record<string, HealthCheck>>,
  stopping: AbortSignal,
): UntypedServiceImplementation {
  const askers = new Map(Object.entries(checks).map(([name, check]) => [name, healthAsker(check)]))
  const statusOf = async (name: string): Promise<ServingStatus> => {
    const current = (await askers.get(name)?.()) ?? 'SERVICE_UNKNOWN'
    return stopping.aborted && name !== LIVENESS && current === 'SERVING' ? 'NOT_SERVING' : current
  }
  return {
    async Check(call: ServerUnaryCall<HealthRequest, HealthAnswer>, respond: sendUnaryData<HealthAnswer>) {
      const { service: name } = call.request
      if (askers.has(name)) respond(null, { status: await statusOf(name) })
      else respond({ code: status.NOT_FOUND, details: 'unknown service' })
    },
    Watch(call: ServerWritableStream<HealthRequest, HealthAnswer>) {
      let last: ServingStatus | undefined
      let over = false
      const tell = (current: ServingStatus) => {
        if (!over && current !== last) call.write({ status: current })
        last = current
      }
      const look = async () => tell(await statusOf(call.request.service))
      const timer = setInterval(() => void look(), WATCH_INTERVAL_MS).unref()
      const leave = () => {
        const outlives = last === 'SERVICE_UNKNOWN' || call.request.service === LIVENESS
        if (!outlives) tell('NOT_SERVING') // without a last check, which a stop would wait for
        over = true
        clearInterval(timer)
        call.end()
      }
      stopping.addEventListener('abort', leave)
      call.once('cancelled', () => {
        over = true
        clearInterval(timer)
        stopping.removeEventListener('abort', leave)
      })
      void look()
    },
    async List(
      _call: ServerUnaryCall<unknown, unknown>,
      respond: sendUnaryData<{ statuses: Record<string, HealthAnswer> }>,
    ) {
      const names = [...askers.keys()]
      const statuses = await Promise.all(names.map(async (name) => [name, { status: await statusOf(name) }]))
      respond(null, { statuses: Object.fromEntries(statuses) as Record<string, HealthAnswer> })
    },
  }
}
