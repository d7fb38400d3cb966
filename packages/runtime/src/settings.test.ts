import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { z } from 'zod'
import {
  address,
  addressList,
  bindAddress,
  boolean,
  cidrList,
  integer,
  logLevel,
  milliseconds,
  port,
  secret,
  secretUrl,
  text,
} from './settings.js'

const accepts = (schema: z.ZodType, value: string): boolean => schema.safeParse(value).success

describe('settings', () => {
  test('a whole number within its bounds is taken as it is written, everything else is refused', () => {
    const schema = integer(5, { min: -10, max: 1_000 })

    fc.assert(
      fc.property(fc.integer({ min: -2_000, max: 2_000 }), (value) => {
        expect(accepts(schema, String(value))).toBe(value >= -10 && value <= 1_000)
      }),
    )
    fc.assert(
      fc.property(
        fc.string().filter((value) => !/^-?\d+$/.test(value)),
        (value) => {
          expect(accepts(schema, value)).toBe(false)
        },
      ),
    )
  })

  test.each([
    '1e3',
    '0x10',
    ' 5',
    '5 ',
    '+5',
    '5.0',
    '1_000',
    'Infinity',
    'NaN',
    '-',
    '٣',
    '99999999999999999999',
  ])('the number %j is refused', (value) => {
    expect(accepts(integer(5, { min: 0, max: Number.MAX_SAFE_INTEGER }), value)).toBe(false)
    expect(accepts(milliseconds(5), value)).toBe(false)
    expect(accepts(port(5), value)).toBe(false)
  })

  test.each([
    ['0', true],
    ['65535', true],
    ['65536', false],
    ['-1', false],
    ['tcp://10.0.0.1:6379', false],
  ])('port %j: %s', (value, expected) => {
    expect(accepts(port(8080), value)).toBe(expected)
  })

  test.each([
    ['true', true],
    ['1', true],
    ['false', false],
    ['0', false],
    ['yes', undefined],
    ['TRUE', undefined],
    ['constructor', undefined],
  ])('boolean %j: %s', (value, expected) => {
    expect(boolean(true).safeParse(value).data).toBe(expected)
  })

  test.each([
    ['votes:50051', true],
    ['127.0.0.1:1', true],
    ['[::1]:50051', true],
    ['votes.team.svc.cluster.local:50051', true],
    ['votes', false],
    ['votes:0', false],
    ['votes:65536', false],
    ['::1:50051', false],
    ['[votes]:50051', false],
    ['http://votes:50051', false],
    ['-votes:50051', false],
    ['vo tes:50051', false],
  ])('address %j: %s', (value, expected) => {
    expect(accepts(address(), value)).toBe(expected)
  })

  test.each([
    ['a:1', 'a:1'],
    ['a:1, b:2 ,c:3', 'a:1,b:2,c:3'],
    ['dns:///votes:50051', 'dns:///votes:50051'],
    ['dns:///votes', 'dns:///votes'],
    ['a:1,,b:2', undefined],
    ['a:1,', undefined],
    ['dns://1.1.1.1/votes', undefined],
    ['dns:///', undefined],
    ['unix:/tmp/votes', undefined],
  ])('address list %j: %s', (value, expected) => {
    expect(addressList().safeParse(value).data).toBe(expected)
  })

  test.each([
    ['10.0.0.0/8', ['10.0.0.0/8']],
    ['10.0.0.0/8, fd00::/8', ['10.0.0.0/8', 'fd00::/8']],
    ['192.168.1.1', ['192.168.1.1']],
    ['0.0.0.0/0', ['0.0.0.0/0']],
    ['10.0.0.0/33', undefined],
    ['fd00::/129', undefined],
    ['10.0.0.0/8/8', undefined],
    ['10.0.0.0/', undefined],
    ['localhost', undefined],
  ])('network list %j: %j', (value, expected) => {
    expect(cidrList().safeParse(value).data).toEqual(expected)
  })

  test('a network list is empty unless it is set', () => {
    expect(cidrList().parse(undefined)).toEqual([])
  })

  test.each([
    ['0.0.0.0', true],
    ['::', true],
    ['localhost', true],
    ['local host', false],
    ['a:b', false],
  ])('bind address %j: %s', (value, expected) => {
    expect(accepts(bindAddress(), value)).toBe(expected)
  })

  test.each([
    ['postgres://user:p%40ss@localhost:5432/votes', true],
    ['postgresql://localhost/votes?sslmode=require', true],
    ['mysql://localhost/votes', false],
    ['localhost/votes', false],
    ['postgres://', false],
    ['postgres://[::1/votes', false],
  ])('database URL %j: %s', (value, expected) => {
    expect(accepts(secretUrl(), value)).toBe(expected)
  })

  test('other schemes have their own secret URLs', () => {
    expect(accepts(secretUrl(['redis', 'rediss']), 'rediss://:pw@cache:6379')).toBe(true)
    expect(accepts(secretUrl(['redis', 'rediss']), 'postgres://localhost/votes')).toBe(false)
  })

  test('a secret has a least length, text has none', () => {
    expect(accepts(secret(8), '1234567')).toBe(false)
    expect(accepts(secret(8), '12345678')).toBe(true)
    expect(accepts(text(), 'x')).toBe(true)
  })

  test('a log level is one of those that the logger has', () => {
    expect(accepts(logLevel(), 'debug')).toBe(true)
    expect(accepts(logLevel(), 'verbose')).toBe(false)
    expect(logLevel('warn').parse(undefined)).toBe('warn')
  })
})
