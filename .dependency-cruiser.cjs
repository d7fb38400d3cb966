// The dependency rule of CONTRIBUTING.md: main -> service -> transport -> app -> domain; adapters implement domain's ports.
const inService = (layer) => `^services/([^/]+)/src/${layer}`
const forbid = (name, from, to) => ({ name, severity: 'error', from, to })

module.exports = {
  forbidden: [
    forbid('no-cycles', {}, { circular: true }),
    forbid('no-orphans-of-resolution', {}, { couldNotResolve: true }),
    forbid(
      'domain-is-pure',
      { path: inService('domain/'), pathNot: '\\.test\\.ts$' },
      { pathNot: ['^services/$1/src/domain/', '^packages/errors/'] },
    ),
    forbid(
      'app-sees-ports-only',
      { path: inService('app/'), pathNot: '\\.test\\.ts$' },
      { path: '^services/$1/src/(adapters|transport|service|main|config)' },
    ),
    forbid(
      'transport-never-imports-adapters',
      { path: inService('transport/') },
      { path: '^services/$1/src/(adapters|service|main)' },
    ),
    forbid(
      'adapters-never-import-transport',
      { path: inService('adapters/') },
      { path: '^services/$1/src/(transport|service|main|app)' },
    ),
    forbid(
      'services-never-import-services',
      { path: '^services/([^/]+)/' },
      { path: '^services/', pathNot: '^services/$1/' },
    ),
    forbid(
      'migrations-use-packages-only',
      { path: '^migrations/' },
      { path: '^(services|local|sim|e2e|proto)/' },
    ),
    forbid(
      'packages-never-import-services',
      { path: '^(packages|proto)/' },
      { path: '^(services|migrations|local|sim|e2e)/' },
    ),
    forbid(
      'only-the-simulator-reaches-into-services',
      { path: '^(local|migrations|e2e)/' },
      { path: '^services/[^/]+/src/' },
    ),
    forbid(
      'only-the-simulator-reaches-into-the-bus',
      { path: '^(services|local|migrations|e2e|packages/(?!bus/))' },
      { path: '^packages/bus/src/', pathNot: '^packages/bus/src/index\\.ts$' },
    ),
    forbid(
      'generated-types-stay-at-the-edge',
      {
        path: '^services/[^/]+/src/',
        pathNot: '/(transport/grpc|adapters/[^/]+-client|adapters/kafka)/|/service\\.ts$|\\.test\\.ts$',
      },
      { path: '^proto/' },
    ),
    forbid(
      'service-is-the-only-composer',
      { path: inService('(?!service\\.ts|main\\.ts)'), pathNot: '\\.test\\.ts$' },
      { path: '^services/$1/src/service\\.ts' },
    ),
    forbid(
      'no-dev-dependencies-in-production',
      {
        path: '^(packages|services|migrations|local|proto)/[^.]*src/',
        pathNot: '\\.test\\.ts$|^packages/testing/|^local/src/test/',
      },
      { dependencyTypes: ['npm-dev'] },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.cjs'],
    },
  },
}
