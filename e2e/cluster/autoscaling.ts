import type { Namespace } from './kubernetes.js'

const SCALER = 'votestream-realtime'

/** Why the HPA cannot work; empty when it can. */
export const scalingFaults = async (namespace: Namespace): Promise<readonly string[]> => {
  const { status } = await namespace.get<{ readonly status: { readonly conditions?: readonly Condition[] } }>(
    'hpa',
    SCALER,
  )
  return (status.conditions ?? [{ type: 'ScalingActive', status: 'Unknown', message: 'no look yet' }])
    .filter(({ type, status: is }) => ['AbleToScale', 'ScalingActive'].includes(type) && is !== 'True')
    .map(({ type, message }) => `${type}: ${message}`)
}

interface Condition {
  readonly type: string
  readonly status: string
  readonly message: string
}
