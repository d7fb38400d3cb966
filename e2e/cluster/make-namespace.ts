import { readFile } from 'node:fs/promises'
import { namespaceOf, type Namespace } from './kubernetes.js'
import { KUBECTL } from './programs.js'
import { run } from './run.js'

const MANIFEST = new URL('../../k8s/namespace.yaml', import.meta.url)

/** Makes the namespace of k8s/namespace.yaml under a name, and removes it with all that is in it when it is disposed of. */
export const makeNamespace = async (name: string): Promise<Namespace & AsyncDisposable> => {
  const there = await run(KUBECTL, ['get', 'namespace', name, '--ignore-not-found', '--output', 'name'])
  if (there !== '')
    throw new Error(
      `the namespace ${name} is there already: remove it, or set CLUSTER_NAMESPACE to another name`,
    )
  const manifest = await readFile(MANIFEST, 'utf8')
  await run(KUBECTL, ['apply', '--server-side', '--filename', '-'], {
    input: manifest.replace(/^ {2}name: votestream$/m, `  name: ${name}`),
  })
  return {
    ...namespaceOf(name),
    [Symbol.asyncDispose]: async () => {
      await run(KUBECTL, ['delete', 'namespace', name, '--wait'])
    },
  }
}
