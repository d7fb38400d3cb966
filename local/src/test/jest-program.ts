import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The path of jest's command. */
export const jestProgram = (): string =>
  join(dirname(createRequire(import.meta.url).resolve('jest/package.json')), 'bin', 'jest.js')
