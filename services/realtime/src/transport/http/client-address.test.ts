import { describe, expect, test } from '@jest/globals'
import type { IncomingMessage } from 'node:http'
import { clientAddress, limitKey, trustedNetworks } from './client-address.js'

const aRequest = (remoteAddress: string, forwarded?: string): IncomingMessage =>
  ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage

const trusted = trustedNetworks(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32'])

describe('the client is', () => {
  test.each([
    ['the peer, when nobody is in between', '198.51.100.1', undefined, '198.51.100.1'],
    ['the peer, whatever an untrusted one says', '198.51.100.1', '203.0.113.9', '198.51.100.1'],
    ['whom a trusted proxy names', '10.1.2.3', '203.0.113.9', '203.0.113.9'],
    [
      'the last whom a chain of trusted proxies names',
      '10.1.2.3',
      '6.6.6.6, 203.0.113.9, 192.0.2.7',
      '203.0.113.9',
    ],
    ['the proxy itself, when it names nobody', '10.1.2.3', undefined, '10.1.2.3'],
    ['the proxy itself, when what it names is no address', '10.1.2.3', '203.0.113.9, unknown', '10.1.2.3'],
    ['an IPv4 one as such', '::ffff:10.1.2.3', '::ffff:203.0.113.9', '203.0.113.9'],
    ['named with port or brackets too', '2001:db8::1', '[2001:4860::5]:443', '2001:4860::5'],
    ['the outermost proxy, when all are trusted', '10.1.2.3', '10.9.9.9', '10.9.9.9'],
  ])('%s', (_what, peer, forwarded, client) => {
    expect(clientAddress(aRequest(peer, forwarded), trusted)).toBe(client)
  })
})

test('limits count IPv4 by address and IPv6 by /64', () => {
  expect(limitKey('203.0.113.9')).toBe('203.0.113.9')
  expect(limitKey('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64')
  expect(limitKey('2001:db8:1:2::9')).toBe('2001:db8:1:2::/64')
  expect(limitKey('2001:0db8::1')).toBe('2001:db8:0:0::/64')
  expect(limitKey('::1')).toBe('0:0:0:0::/64')
})
