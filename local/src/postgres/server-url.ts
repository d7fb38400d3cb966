import type { Secrets } from '../state/secrets.js'
import { SUPERUSER } from './cluster.js'

/** The superuser's URL of a server of ours. */
export const serverUrl = (port: number, { superuser }: Secrets): string =>
  `postgres://${SUPERUSER}:${superuser}@127.0.0.1:${port}/postgres`
