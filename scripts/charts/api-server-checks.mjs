import { root } from '../paths.mjs'
import { template } from './helm-checks.mjs'
import { AROUND, examples, NAMESPACE } from './places.mjs'
import { run, succeed } from './run.mjs'
import { kustomized } from './schema-checks.mjs'
import { Unavailable } from './unavailable.mjs'

const DRY_RUN = ['apply', '--server-side', '--dry-run=server', '--validate=strict', '--force-conflicts']
/** Their definitions need not be in the cluster: kubeconform has looked at them. */
const CUSTOM_GROUP = /^apiVersion: monitoring\.coreos\.com\//m
/** A Pod that breaks the standard is refused, an owner of such pods only warned about. */
const RESTRICTED = 'pod-security.kubernetes.io/enforce=restricted'

/** What a real API server says, which changes nothing but for a namespace that comes and goes. */
export const apiServerChecks = [
  { name: 'API server: objects', optional: true, run: () => inTrialNamespace('objects', applyAll) },
  { name: 'API server: pods', optional: true, run: () => inTrialNamespace('pods', applyPods) },
]

async function kubectl(args, options) {
  return succeed('kubectl', args, { cwd: root, ...options })
}

async function inTrialNamespace(what, check) {
  if (!process.env.KUBECONFIG) throw new Unavailable('KUBECONFIG names no cluster')
  const { code, stderr } = await run('kubectl', ['version', '--request-timeout=10s'])
  if (code !== 0) throw new Unavailable(`no API server answers: ${stderr.trimEnd()}`)
  const namespace = `votestream-check-${what}-${process.pid}`
  await kubectl(['create', 'namespace', namespace])
  try {
    await kubectl(['label', 'namespace', namespace, RESTRICTED])
    await check(namespace)
  } finally {
    await kubectl(['delete', 'namespace', namespace, '--wait=false'])
  }
}

async function applyAll(namespace) {
  await kubectl([...DRY_RUN, '-f', NAMESPACE])
  for (const objects of await everything(namespace))
    await kubectl([...DRY_RUN, '-f', '-'], { input: withoutPods(objects) })
}

async function applyPods(namespace) {
  let seen = 0
  for (const objects of await everything(namespace)) {
    const text = await kubectl(['create', '--dry-run=client', '-o', 'json', '-f', '-'], { input: objects })
    const pods = documents(text)
      .map((object) => toPod(object, namespace))
      .filter(Boolean)
    seen += pods.length
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: pods })
    if (pods.length > 0) await kubectl([...DRY_RUN, '-f', '-'], { input: list })
  }
  if (seen === 0) throw new Error('there are no pods in what is applied')
}

/** The objects of each folder and example, in the namespace of the trial. */
async function everything(namespace) {
  const kubernetes = await version()
  const all = await Promise.all([
    ...AROUND.map((folder) => kustomized(folder)),
    ...examples().map((example) => template('helm', example, kubernetes)),
  ])
  return all.map((objects) => inNamespace(namespace, withoutClass(withoutCustom(objects))))
}

async function version() {
  return JSON.parse(await kubectl(['version', '-o', 'json'])).serverVersion.gitVersion
}

const inNamespace = (namespace, text) =>
  text.replaceAll(/^( *)namespace: "?votestream"?$/gm, `$1namespace: ${namespace}`)

/** Priority classes are the cluster's, and a pod is refused whose class is not there. */
const withoutClass = (text) => text.replaceAll(/^ *priorityClassName: .*\n/gm, '')

const withoutCustom = (text) =>
  text
    .split(/^---$/m)
    .filter((document) => !CUSTOM_GROUP.test(document))
    .join('---')

/** Admission wants a bare pod's account to be there, which a trial does not make: pods are looked at on their own. */
const withoutPods = (text) =>
  text
    .split(/^---$/m)
    .filter((document) => !/^kind: Pod$/m.test(document))
    .join('---')

/** kubectl prints one object after the other, or a list of them. */
function documents(text) {
  const objects = JSON.parse(`[${text.trim().replaceAll(/^}\n{$/gm, '},\n{')}]`)
  return objects.flatMap((object) => (object.kind === 'List' ? object.items : [object]))
}

/** The pod that an object is, or that its owner would make. */
function toPod({ kind, metadata, spec }, namespace) {
  const template_ = kind === 'Pod' ? { metadata: { labels: metadata.labels }, spec } : spec?.template
  if (!template_?.spec?.containers) return undefined
  const name = `${kind}-${metadata.name}`.toLowerCase()
  // Admission wants the account to be there; what an account may do is not looked at here.
  const { serviceAccountName: _account, ...rest } = template_.spec
  const placed = { ...template_.metadata, name, namespace }
  return { apiVersion: 'v1', kind: 'Pod', metadata: placed, spec: { ...rest, serviceAccountName: 'default' } }
}
