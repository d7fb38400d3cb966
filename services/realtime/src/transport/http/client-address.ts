import type { IncomingMessage } from 'node:http'
import { BlockList, isIP, isIPv4 } from 'node:net'

/** Networks whose X-Forwarded-For is believed. */
export const trustedNetworks = (networks: readonly string[]): BlockList => {
  const trusted = new BlockList()
  for (const network of networks) {
    const [address = '', prefix] = network.split('/')
    const family = isIPv4(address) ? 'ipv4' : 'ipv6'
    if (prefix === undefined) trusted.addAddress(address, family)
    else trusted.addSubnet(address, Number(prefix), family)
  }
  return trusted
}

const isTrusted = (trusted: BlockList, address: string): boolean =>
  trusted.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')

/** An address without port, brackets and zone, and IPv4 as such; undefined when it is none. */
const plainAddress = (text: string): string | undefined => {
  const [, bracketed, bare = text.trim()] = /^\s*(?:\[([^\]]+)\](?::\d+)?|([^:]+):\d+)\s*$/.exec(text) ?? []
  const [address = ''] = (bracketed ?? bare).split('%')
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? []
  if (mapped !== undefined && isIPv4(mapped)) return mapped
  return isIP(address) === 0 ? undefined : address
}

/** Who is behind a request: right to left through X-Forwarded-For, as long as who says so is trusted; empty when nobody can tell. */
export const clientAddress = (request: IncomingMessage, trusted: BlockList): string => {
  let client = plainAddress(request.socket.remoteAddress ?? '')
  const hops = String(request.headers['x-forwarded-for'] ?? '').split(',')
  while (client !== undefined && hops.length > 0 && isTrusted(trusted, client)) {
    const next = plainAddress(hops.pop() ?? '')
    if (next === undefined) break // what a trusted proxy could not name is the proxy's own
    client = next
  }
  return client ?? ''
}

const GROUPS = 8
const NETWORK_GROUPS = 4

/** What limits count by: an IPv4 address, or the /64 network of an IPv6 one, because a customer has a whole /64. */
export const limitKey = (address: string): string => {
  if (isIP(address) !== 6) return address
  const [head = '', tail = ''] = address.split('::')
  const groupsOf = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
  const [left, right] = [groupsOf(head), groupsOf(tail)]
  const zeros = Array.from({ length: Math.max(GROUPS - left.length - right.length, 0) }, () => 0)
  const network = [...left, ...zeros, ...right].slice(0, NETWORK_GROUPS)
  return `${network.map((group) => group.toString(16)).join(':')}::/64`
}
