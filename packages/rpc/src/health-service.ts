import { status } from '@grpc/grpc-js'
import type {
  ServerUnaryCall,
  ServerWritableStream,
  UntypedServiceImplementation,
  sendUnaryData,
} from '@grpc/grpc-js'
import { service } from 'grpc-health-check'
import type { AnyMethod, HealthCheck } from './service-types.js'

/** How soon a watcher hears of a change. */
const WATCH_INTERVAL_MS = 1_000

export type ServingStatus = 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN'
interface HealthRequest {
  readonly service: string
}
interface HealthAnswer {
  readonly status: ServingStatus
}

/** grpc.health.v1.Health, as it is defined. */
export const healthDefinition = service as unknown as Record<'Check' | 'Watch' | 'List', AnyMethod>

const servingStatus = (check: HealthCheck | undefined): ServingStatus => {
  const healthy = check?.() ?? null
  if (healthy === null) return 'SERVICE_UNKNOWN'
  return healthy ? 'SERVING' : 'NOT_SERVING'
}

/**
 * Answers grpc.health.v1 from live checks: an engine that is not configured is SERVICE_UNKNOWN; a name that is not listed is NOT_FOUND to
 * Check and SERVICE_UNKNOWN to Watch, as the protocol says. Once `stopping` aborts, everything is NOT_SERVING and watches end.
 */
export function healthService(
  checks: Readonly<Record<string, HealthCheck>>,
  stopping: AbortSignal,
): UntypedServiceImplementation {
  const known = (name: string) => (Object.hasOwn(checks, name) ? checks[name] : undefined)
  const statusOf = (name: string): ServingStatus => {
    const current = servingStatus(known(name))
    return stopping.aborted && current === 'SERVING' ? 'NOT_SERVING' : current
  }
  return {
    Check(call: ServerUnaryCall<HealthRequest, HealthAnswer>, respond: sendUnaryData<HealthAnswer>) {
      const { service: name } = call.request
      if (known(name) === undefined) respond({ code: status.NOT_FOUND, details: 'unknown service' })
      else respond(null, { status: statusOf(name) })
    },
    Watch(call: ServerWritableStream<HealthRequest, HealthAnswer>) {
      let last: ServingStatus | undefined
      const tell = () => {
        const current = statusOf(call.request.service)
        if (current !== last) call.write({ status: current })
        last = current
      }
      const timer = setInterval(tell, WATCH_INTERVAL_MS).unref()
      const leave = () => {
        tell()
        call.end()
      }
      stopping.addEventListener('abort', leave)
      call.once('cancelled', () => {
        clearInterval(timer)
        stopping.removeEventListener('abort', leave)
      })
      tell()
    },
    List(
      _call: ServerUnaryCall<unknown, unknown>,
      respond: sendUnaryData<{ statuses: Record<string, HealthAnswer> }>,
    ) {
      const statuses = Object.fromEntries(
        Object.keys(checks).map((name) => [name, { status: statusOf(name) }]),
      )
      respond(null, { statuses })
    },
  }
}
