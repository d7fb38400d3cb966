import { ConfigError } from '@votestream/runtime'
import { isIPv4, isIPv6 } from 'node:net'

const hostOf = (address: string): string =>
  address.slice(0, address.lastIndexOf(':')).replace(/^\[(.*)\]$/, '$1')

/**
 * The gRPC target behind a setting. A target with a scheme (`dns:///polls:50051`) stays as it is; one `host:port` is resolved again whenever a
 * connection is lost; a list is fixed, so it takes IP addresses of one family only (a name in a list would be resolved once and go stale).
 */
export function grpcTarget(addresses: string): string {
  if (/^[a-z0-9]+:\/\/|^(dns|ipv4|ipv6|unix):/.test(addresses)) return addresses
  const list = addresses.split(',').map((address) => address.trim())
  if (list.length === 1) return `dns:${list.join()}`
  const hosts = list.map(hostOf)
  if (hosts.every((host) => isIPv4(host))) return `ipv4:${list.join()}`
  if (hosts.every((host) => isIPv6(host))) return `ipv6:${list.join()}`
  throw new ConfigError(
    `a list of addresses takes IP addresses of one family, or use one DNS name: ${addresses}`,
  )
}
