import { certificateFile, password, secretUrl, text, urlWithPassword } from '@votestream/runtime'
import type { RedisAddress } from './address.js'

/** The settings of a program that speaks to Redis, to be spread into its schema; each says for what it does. */
export const redisSettings = (describe: { readonly url: string; readonly prefix: string }) => ({
  REDIS_URL: secretUrl(['redis', 'rediss']).optional().describe(describe.url),
  REDIS_PASSWORD: password()
    .optional()
    .describe(
      "The password of REDIS_URL's user (default, where it names none); takes the place of one there",
    ),
  REDIS_CA_FILE: certificateFile()
    .optional()
    .describe('Authorities of Redis, for rediss://, instead of the public ones; read at the start'),
  REDIS_PREFIX: text().default('').describe(describe.prefix),
})

interface RedisSettings {
  readonly REDIS_URL?: string | undefined
  readonly REDIS_PASSWORD?: string | undefined
  readonly REDIS_CA_FILE?: string | undefined
  readonly REDIS_PREFIX: string
}

/** What contradicts itself in these settings. */
export const redisFaults = (read: RedisSettings): readonly string[] => {
  const { REDIS_URL: url, REDIS_PASSWORD: password, REDIS_CA_FILE: ca } = read
  const needsUrl = (name: string): string => `${name}: is of no use without REDIS_URL`
  if (url === undefined)
    return [
      ...(password === undefined ? [] : [needsUrl('REDIS_PASSWORD')]),
      ...(ca === undefined ? [] : [needsUrl('REDIS_CA_FILE')]),
    ]
  const { protocol, username, password: inUrl } = new URL(url)
  return [
    ...(ca !== undefined && protocol !== 'rediss:'
      ? ['REDIS_CA_FILE: is for TLS, and REDIS_URL begins with redis://, not rediss://']
      : []),
    ...(username !== '' && inUrl === '' && password === undefined
      ? ['REDIS_PASSWORD: is required, because REDIS_URL names a user']
      : []),
  ]
}

/** The Redis that these settings name, and what stands before every name there; undefined where there is none. */
export const redisOf = (read: RedisSettings): (RedisAddress & { readonly prefix: string }) | undefined =>
  read.REDIS_URL === undefined
    ? undefined
    : {
        url: urlWithPassword(read.REDIS_URL, read.REDIS_PASSWORD),
        ca: read.REDIS_CA_FILE,
        prefix: read.REDIS_PREFIX,
      }
