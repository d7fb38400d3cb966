import { expect, test } from '@jest/globals'
import { redisTls } from './address.js'
import { redisFaults, redisOf } from './settings.js'

const REDIS_PREFIX = ''

test('the password takes the place of the one in the URL, with and without a user', () => {
  const passwordOf = (REDIS_URL: string) =>
    new URL(redisOf({ REDIS_URL, REDIS_PREFIX, REDIS_PASSWORD: 'a/b:c' })?.url ?? '').password

  expect(['redis://r', 'redis://me@r', 'redis://me:old@r'].map(passwordOf).map(decodeURIComponent)).toEqual([
    'a/b:c',
    'a/b:c',
    'a/b:c',
  ])
})

test('where there is no Redis there is nothing to be known of it', () => {
  expect(redisOf({ REDIS_PREFIX: 'a:' })).toBe(undefined)
  expect(redisFaults({ REDIS_PREFIX: 'a:' })).toEqual([])
  expect(redisFaults({ REDIS_PREFIX, REDIS_PASSWORD: 'x', REDIS_CA_FILE: 'x' })).toEqual([
    'REDIS_PASSWORD: is of no use without REDIS_URL',
    'REDIS_CA_FILE: is of no use without REDIS_URL',
  ])
})

test('what contradicts itself is refused', () => {
  expect(redisFaults({ REDIS_PREFIX, REDIS_URL: 'redis://r', REDIS_CA_FILE: 'x' })).toEqual([
    'REDIS_CA_FILE: is for TLS, and REDIS_URL begins with redis://, not rediss://',
  ])
  expect(redisFaults({ REDIS_PREFIX, REDIS_URL: 'redis://me@r' })).toEqual([
    'REDIS_PASSWORD: is required, because REDIS_URL names a user',
  ])
  expect(redisFaults({ REDIS_PREFIX, REDIS_URL: 'rediss://me:pw@r', REDIS_CA_FILE: 'x' })).toEqual([])
})

test('TLS names the server that is asked for, and believes only the authorities that are given', () => {
  expect(redisTls({ url: 'redis://r' })).toEqual({})
  expect(redisTls({ url: 'rediss://r' })).toEqual({ tls: { servername: 'r' } })
  expect(redisTls({ url: 'rediss://[::1]:1', ca: 'pem' })).toEqual({ tls: { ca: 'pem' } })
})
