import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import yaml from 'js-yaml'

/** What an Ingress says, as far as the translation looks. */
export interface Ingress {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> }
  readonly spec: {
    readonly rules: readonly {
      readonly host?: string
      readonly http?: { readonly paths: readonly IngressPath[] }
    }[]
  }
}

export interface IngressPath {
  readonly path: string
  readonly pathType: 'Exact' | 'Prefix' | 'ImplementationSpecific'
  readonly backend: { readonly service: { readonly name: string } }
}

const PRODUCTION = fileURLToPath(new URL('../../charts/votestream/goldens/production.yaml', import.meta.url))

/** The Ingresses that the chart renders for production: what is tested is what an operator installs. */
export const readIngresses = async (file = PRODUCTION): Promise<readonly Ingress[]> =>
  yaml
    .loadAll(await readFile(file, 'utf8'))
    .filter((object): object is Ingress => (object as { kind?: string } | null)?.kind === 'Ingress')
