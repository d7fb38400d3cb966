// Run by `npm test` (local/src/test), which brings the engines up and sets VOTESTREAM_TEST_POSTGRES.
const base = {
  rootDir: import.meta.dirname,
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

// `npm run nightly` adds what takes longer or downloads engines.
const meshFolders = process.env.VOTESTREAM_NIGHTLY ? 'e2e,local/test,local/nightly' : 'e2e,local/test'

export default {
  // One display name for each engine that a suite needs: the closing lines of `npm test` count suites by it.
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: ['<rootDir>/{proto,packages/*,services/*,local}/src/**/*.test.ts'],
    },
    {
      ...base,
      displayName: 'postgres',
      testMatch: ['<rootDir>/{packages,services}/*/test/**/*.{test,contract}.ts'],
    },
    { ...base, displayName: 'mesh', testMatch: [`<rootDir>/{${meshFolders}}/**/*.test.ts`] },
  ],
}
