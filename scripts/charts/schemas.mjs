import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheFolder } from '../image/cache.mjs'
import { makeOnce } from './cached.mjs'
import { go } from './go.mjs'
import { customSchemas, kubernetesSchemas } from './json-schema.mjs'

/** Of another form of these files than today's nothing is taken. */
const FORM = 1
const OPERATOR_MODULE = 'github.com/prometheus-operator/prometheus-operator'
const CUSTOM_RESOURCES = ['podmonitors', 'prometheusrules']

/** Makes sure of the schemas of a version of Kubernetes; resolves to their folder. */
export function kubernetesSchemaFolder(version) {
  return schemaFolder('k8s.io/kubernetes', version, (folder) =>
    kubernetesSchemas(readJson(join(folder, 'api', 'openapi-spec', 'swagger.json'))),
  )
}

/** Makes sure of the schemas of the Prometheus operator's resources; resolves to their folder. */
export function operatorSchemaFolder(version) {
  return schemaFolder(
    OPERATOR_MODULE,
    version,
    (folder) =>
      new Map(
        CUSTOM_RESOURCES.flatMap((name) => [
          ...customSchemas(readJson(join(folder, 'jsonnet', 'prometheus-operator', `${name}-crd.json`))),
        ]),
      ),
  )
}

function schemaFolder(module, version, read) {
  const name = module.split('/').at(-1)
  const folder = join(cacheFolder('tools'), `schemas-${name}-${version}-${FORM}`)
  return makeOnce(folder, `the schemas of ${name} ${version}`, async (draft) => {
    // The module itself, some 100 MB, is of no further use.
    const modules = mkdtempSync(join(tmpdir(), 'votestream-modules-'))
    try {
      const env = { GOMODCACHE: modules, GOFLAGS: '-modcacherw' }
      const { Dir } = JSON.parse(await go(['mod', 'download', '-json', `${module}@${version}`], { env }))
      for (const [file, schema] of read(Dir)) writeFileSync(join(draft, file), JSON.stringify(schema))
    } finally {
      rmSync(modules, { recursive: true, force: true })
    }
  })
}

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'))
