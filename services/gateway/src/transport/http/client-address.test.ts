import { describe, expect, test } from '@jest/globals'
import { budgetKey, makeClientAddress } from './client-address.js'

describe('who is behind a request', () => {
  const clientAddress = makeClientAddress(['10.0.0.0/8', '192.168.1.1', 'fd00::/8'])

  test.each<[string, string | undefined, string | undefined, string]>([
    ['the peer', '203.0.113.9', undefined, '203.0.113.9'],
    ['the peer, whatever an untrusted one says', '203.0.113.9', '1.1.1.1', '203.0.113.9'],
    ['whom a trusted peer names', '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['the last hop that is not trusted', '10.0.0.1', '6.6.6.6, 203.0.113.9, 10.0.0.2', '203.0.113.9'],
    ['the first hop when all are trusted', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['a trusted peer that names nobody', '10.0.0.1', undefined, '10.0.0.1'],
    ['a trusted peer that names nonsense', '10.0.0.1', 'unknown', '10.0.0.1'],
    ['nobody beyond nonsense', '10.0.0.1', '6.6.6.6, _hidden, 10.0.0.2', '10.0.0.2'],
    ['IPv4 in IPv6 as IPv4', '::ffff:203.0.113.9', undefined, '203.0.113.9'],
    ['a trusted IPv4 in IPv6', '::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['an address without its port', '192.168.1.1', '203.0.113.9:4711', '203.0.113.9'],
    ['an IPv6 address without brackets and port', 'fd00::1', '[2001:db8::1]:443', '2001:db8::1'],
    ['an IPv6 address without zone', 'fe80::1%eth0', undefined, 'fe80::1'],
    ['nobody when the peer is gone', undefined, '1.1.1.1', 'unknown'],
  ])('is %s', (_what, peer, forwardedFor, client) => {
    expect(clientAddress(peer, forwardedFor)).toBe(client)
  })

  test('an endless list of hops takes no longer than it should', () => {
    const startedAt = performance.now()

    clientAddress('10.0.0.1', ' '.repeat(16_000))
    clientAddress('10.0.0.1', '10.0.0.1,'.repeat(1_700))

    expect(performance.now() - startedAt).toBeLessThan(50)
  })
})

describe('what a budget is counted by', () => {
  test.each([
    ['203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['::ffff:cb00:7109', '203.0.113.9'],
    ['64:ff9b::203.0.113.9', '64:ff9b:0:0::/64'],
    ['unknown', 'unknown'],
  ])('%s by %s', (address, key) => {
    expect(budgetKey(address)).toBe(key)
  })
})
