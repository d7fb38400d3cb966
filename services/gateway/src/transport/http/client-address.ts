import { BlockList, isIP, isIPv4 } from 'node:net'

/** Finds out who is behind a request: right to left through X-Forwarded-For, as long as who says so is trusted. */
export type ClientAddress = (peer: string | undefined, forwardedFor: string | undefined) => string

const UNKNOWN = 'unknown'

/** Makes the rule for a list of trusted networks (CIDR, or bare addresses). */
export const makeClientAddress = (trustedProxies: readonly string[]): ClientAddress => {
  const trusted = new BlockList()
  for (const network of trustedProxies) {
    const [address = '', prefix] = network.split('/')
    const family = isIPv4(address) ? 'ipv4' : 'ipv6'
    if (prefix === undefined) trusted.addAddress(address, family)
    else trusted.addSubnet(address, Number(prefix), family)
  }
  const isTrusted = (address: string): boolean => trusted.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')

  return (peer, forwardedFor) => {
    let client = plainAddress(peer ?? '')
    if (client === undefined) return UNKNOWN
    const hops = forwardedFor?.split(',') ?? []
    while (hops.length > 0 && isTrusted(client)) {
      const next = plainAddress(hops.pop() ?? '')
      if (next === undefined) break // what a trusted proxy could not name is the proxy's own
      client = next
    }
    return client
  }
}

/** An address without port, brackets and zone, and IPv4 as such; undefined when it is none. */
const plainAddress = (text: string): string | undefined => {
  const trimmed = text.trim()
  const [, bracketed, withPort] = /^(?:\[([^\]]+)\](?::\d+)?|([^:]+):\d+)$/.exec(trimmed) ?? []
  const [address = ''] = (bracketed ?? withPort ?? trimmed).split('%')
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? []
  if (mapped !== undefined && isIPv4(mapped)) return mapped
  return isIP(address) === 0 ? undefined : address
}

const GROUPS = 8
const NETWORK_GROUPS = 4

/** What a budget is counted by: an IPv4 address, or the /64 network of an IPv6 one, because a customer has a whole /64. */
export const budgetKey = (address: string): string => {
  if (isIP(address) !== 6) return address
  const groups = ipv6Groups(address)
  const [a, b, c, d, e, f, g = 0, h = 0] = groups
  const isMapped = a === 0 && b === 0 && c === 0 && d === 0 && e === 0 && f === 0xffff
  if (isMapped) return [g >> 8, g & 0xff, h >> 8, h & 0xff].join('.')
  return `${groups
    .slice(0, NETWORK_GROUPS)
    .map((group) => group.toString(16))
    .join(':')}::/64`
}

/** The eight numbers of a valid IPv6 address. */
const ipv6Groups = (address: string): readonly number[] => {
  const dotted = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.map(Number)
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
  })
  const [head = '', tail = ''] = dotted.split('::')
  const groupsOf = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
  const [left, right] = [groupsOf(head), groupsOf(tail)]
  return [...left, ...new Array<number>(GROUPS - left.length - right.length).fill(0), ...right]
}
