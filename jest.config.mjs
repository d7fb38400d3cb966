// Run by `npm test` (local/src/test), which brings the engines up and sets VOTESTREAM_TEST_{POSTGRES,REDIS,KAFKA}.
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

const rootDir = import.meta.dirname

/** One project for each set of engines that a suite needs: the closing lines of `npm test` count suites by its name. */
const projects = JSON.parse(readFileSync(new URL('local/jest/projects.json', import.meta.url), 'utf8'))

const base = {
  rootDir,
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2022', parser: { syntax: 'typescript', explicitResourceManagement: true } },
        module: { type: 'es6' },
      },
    ],
  },
  // TypeScript's ESM names the built file; the tests run the source.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  // Node, but a suite that leaves something open fails.
  testEnvironment: '<rootDir>/local/jest/leak-check-environment.mjs',
  // Workspaces resolve to their source: `exports.source` in each package.json.
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  modulePathIgnorePatterns: ['/dist/', '/.votestream/'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
}

/** A mesh is many processes, which must not starve those of another. */
const RUN_MESHES = ['mesh', 'full', 'nightly', 'nginx', 'monitoring', 'cluster', 'chaos']

const literally = (text) => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')

/** Jest's own choice, one core for itself, is no worker at all on two cores; suites wait for engines more than they compute. */
const LEAST_WORKERS = 2

/** A test that hangs is told soon enough; one that is only slow, on a machine that others use as well, is no failure. */
const TEST_TIMEOUT_MS = 20_000

export default {
  testTimeout: TEST_TIMEOUT_MS,
  maxWorkers: Math.max(LEAST_WORKERS, availableParallelism() - 1),
  projects: projects
    .filter(({ onlyWith }) => onlyWith === undefined || process.env[onlyWith])
    .map(({ name, suites }) => ({
      ...base,
      displayName: name,
      testRegex: `^${literally(rootDir)}/${suites}$`,
      ...(RUN_MESHES.includes(name) && { runner: '<rootDir>/local/jest/mesh-runner.mjs' }),
    })),
}
