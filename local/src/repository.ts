import { fileURLToPath } from 'node:url'

/** The clone that we run from. */
export const repository = fileURLToPath(new URL('../../', import.meta.url))

/** A path below the clone. */
export const inRepository = (path: string): string => `${repository}${path}`
