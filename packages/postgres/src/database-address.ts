import type pg from 'pg'
import { isIP } from 'node:net'
import { checkServerIdentity, type ConnectionOptions } from 'node:tls'

/** Where a database is, as which role, and how its server proves who it is. */
export interface DatabaseAddress {
  /** A secret. */
  readonly url: string
  /** PEM of the authorities that the server's certificate may come from: with them, all goes over TLS and the server's name is verified. */
  readonly ca?: string | undefined
}

/** The part of a pg client's configuration that says where to. */
export type PgConnection = Pick<pg.ClientConfig, 'connectionString' | 'ssl'>

export const pgConnection = ({ url, ca }: DatabaseAddress): PgConnection =>
  ca === undefined ? { connectionString: url } : { connectionString: url, ssl: tlsTo(hostOf(url), ca) }

const hostOf = (url: string): string => new URL(url).hostname.replace(/^\[(.*)\]$/, '$1')

/** pg hands TLS a socket that is open, which has forgotten an address that was no name: Node would then verify "localhost". */
const tlsTo = (host: string, ca: string): ConnectionOptions => ({
  ca,
  ...(isIP(host) === 0 ? { servername: host } : {}),
  checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate),
})
