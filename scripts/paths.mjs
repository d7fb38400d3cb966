import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
export const modules = join(root, 'node_modules')

/** Stamps live inside node_modules, so that whatever removes the packages removes the claim that they are there. */
export const stamps = join(modules, '.cache', 'votestream')
