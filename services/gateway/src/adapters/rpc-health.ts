import type { RpcClient } from '@votestream/rpc'
import type { HealthProbe } from '../domain/ports.js'

/** Asks a service over grpc.health.v1; '' is the service as a whole. */
export const rpcHealth = (client: Pick<RpcClient<object>, 'health'>): HealthProbe => ({
  check: (name, timeoutMs) => client.health(name === 'service' ? '' : name, timeoutMs),
})
