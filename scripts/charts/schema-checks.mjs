import { join } from 'node:path'
import { root } from '../paths.mjs'
import { template } from './helm-checks.mjs'
import { AROUND, examples, NAMESPACE } from './places.mjs'
import { KUBERNETES, PROMETHEUS_OPERATOR } from './pins.mjs'
import { succeed } from './run.mjs'
import { kubernetesSchemaFolder, operatorSchemaFolder } from './schemas.mjs'
import { tool } from './tools.mjs'

const FILE_OF_KIND = '{{.ResourceKind}}{{.KindSuffix}}.json'

/** Whether a Kubernetes of that version knows every field of what is applied to it. */
export const schemaChecks = KUBERNETES.map((version) => ({
  name: `kubeconform (${version})`,
  run: () => conforms(version),
}))

async function conforms(version) {
  const folders = [await kubernetesSchemaFolder(version), await operatorSchemaFolder(PROMETHEUS_OPERATOR)]
  const locations = folders.flatMap((folder) => ['-schema-location', join(folder, FILE_OF_KIND)])
  const options = ['-strict', '-summary', ...locations]
  const kubeconform = await tool('kubeconform')
  await succeed(kubeconform, [...options, NAMESPACE, 'k8s/rendered/dev.yaml'], { cwd: root })
  for (const folder of AROUND) await succeed(kubeconform, options, { input: await kustomized(folder) })
  for (const example of examples())
    await succeed(kubeconform, options, { input: await template('helm', example, version) })
}

/** What `kubectl apply -k` would apply. */
export async function kustomized(folder) {
  return succeed(await tool('kustomize'), ['build', folder], { cwd: root })
}
