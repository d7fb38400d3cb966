import type { RedisOptions } from 'ioredis'
import { isIP } from 'node:net'
import type { ConnectionOptions } from 'node:tls'

/** Where a Redis is, as which user, and how its server proves who it is. */
export interface RedisAddress {
  /** A secret. `rediss://` goes over TLS, and the server's name is verified. */
  readonly url: string
  /** PEM of the authorities that the server's certificate may come from, where they are not those that Node knows. */
  readonly ca?: string | undefined
}

/** The part of ioredis' options that a URL does not say. */
export const redisTls = ({ url, ca }: RedisAddress): Pick<RedisOptions, 'tls'> => {
  const { protocol, hostname } = new URL(url)
  if (protocol !== 'rediss:') return {}
  // A server of many names shows the certificate of the one that it is asked for.
  const named: ConnectionOptions =
    isIP(hostname.replace(/^\[(.*)\]$/, '$1')) === 0 ? { servername: hostname } : {}
  return { tls: { ...named, ...(ca === undefined ? {} : { ca }) } }
}
