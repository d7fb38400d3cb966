import type { Ingress } from './ingress-objects.js'

/** Where the controller takes an annotation: everywhere, not on a master, not on a minion; or it is about TLS, which ends in front of the test. */
type Place = 'anywhere' | 'no master' | 'no minion' | 'tls'

interface Annotation {
  readonly form: RegExp
  /** The controller's own value, where nothing is said. */
  readonly initially?: string
  readonly place?: Place
  /** A minion that does not say it has its master's. */
  readonly inherited?: boolean
}

const TIME = /^\d+(ms|s|m|h|d)$/
const SIZE = /^\d+[kKmM]?$/
const BODY_SIZE = /^\d+[kKmMgG]?$/
const BOOLEAN = /^([Tt]rue|[Ff]alse|TRUE|FALSE|[01tfTF])$/
const COUNT = /^\d+$/
const NEXT =
  /^(error|timeout|invalid_header|http_\d{3}|non_idempotent|off)( (error|timeout|invalid_header|http_\d{3}|non_idempotent))*$/

const inherited = (form: RegExp, initially?: string): Annotation => ({
  form,
  inherited: true,
  ...(initially !== undefined && { initially }),
})

/**
 * What F5's controller knows and the chart may use, with the defaults of its release 5.6 (internal/configs/annotations.go and
 * config_params.go of nginx/kubernetes-ingress).
 */
const ANNOTATIONS: Readonly<Record<string, Annotation>> = {
  'mergeable-ingress-type': { form: /^(master|minion)$/ },
  'path-regex': { form: /^(case_sensitive|case_insensitive|exact)$/ },
  'websocket-services': { form: /^[a-z0-9-]+(,[a-z0-9-]+)*$/, place: 'no master' },
  'lb-method': inherited(
    /^(round_robin|least_conn|ip_hash|random( two( least_conn)?)?)$/,
    'random two least_conn',
  ),
  keepalive: inherited(COUNT, '0'),
  'max-fails': inherited(COUNT, '1'),
  'fail-timeout': inherited(TIME, '10s'),
  'max-conns': inherited(COUNT, '0'),
  'upstream-zone-size': inherited(SIZE, '256k'),
  'proxy-connect-timeout': inherited(TIME, '60s'),
  'proxy-read-timeout': inherited(TIME, '60s'),
  'proxy-send-timeout': inherited(TIME, '60s'),
  'client-max-body-size': inherited(BODY_SIZE, '1m'),
  'proxy-buffering': inherited(BOOLEAN, 'True'),
  'proxy-buffers': inherited(/^\d+ \d+[kKmM]?$/),
  'proxy-buffer-size': inherited(SIZE),
  'proxy-busy-buffers-size': inherited(SIZE),
  'proxy-max-temp-file-size': inherited(SIZE),
  'proxy-next-upstream': { form: NEXT },
  'proxy-next-upstream-timeout': { form: TIME },
  'proxy-next-upstream-tries': { form: COUNT },
  'limit-req-rate': inherited(/^\d+r\/[sm]$/),
  'limit-req-key': inherited(/^(\$\{\w+\})+$/, '${binary_remote_addr}'),
  'limit-req-zone-size': inherited(SIZE, '10m'),
  'limit-req-burst': inherited(COUNT, '0'),
  'limit-req-delay': inherited(COUNT, '0'),
  'limit-req-no-delay': inherited(BOOLEAN, 'False'),
  'limit-req-log-level': inherited(/^(info|notice|warn|error)$/, 'error'),
  'limit-req-reject-code': inherited(/^[45]\d\d$/, '429'),
  // By the number of the controller's own replicas: one, here.
  'limit-req-scale': inherited(BOOLEAN, 'False'),
  'server-tokens': { form: BOOLEAN, initially: 'True', place: 'no minion' },
  'ssl-redirect': { form: BOOLEAN, place: 'tls' },
  'redirect-to-https': { form: BOOLEAN, place: 'tls' },
  hsts: { form: BOOLEAN, place: 'tls' },
  'hsts-max-age': { form: COUNT, place: 'tls' },
  'hsts-include-subdomains': { form: BOOLEAN, place: 'tls' },
}

const PREFIX = 'nginx.org/'

/** Reads an annotation by its name without `nginx.org/`; undefined where neither it nor a default says anything. */
export type Settings = (name: string) => string | undefined

/** What holds for an Ingress. Throws for an annotation that the controller does not know, or ignores where it stands. */
export const settingsOf = (ingress: Ingress, master?: Ingress): Settings => {
  const own = annotationsOf(ingress)
  const type = own['mergeable-ingress-type'] ?? 'alone'
  for (const [name, value] of Object.entries(own)) assertTaken(ingress, type, name, value)
  const masters = master === undefined ? {} : annotationsOf(master)
  return (name) => {
    const { inherited: isInherited = false, initially } = known(ingress, name)
    return own[name] ?? (isInherited ? masters[name] : undefined) ?? initially
  }
}

/** Reads a boolean as the controller does. */
export const isTrue = (value: string | undefined): boolean => /^(t|1|true)$/i.test(value ?? '')

const annotationsOf = ({ metadata }: Ingress): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(metadata.annotations ?? {}).map(([name, value]) => [
      name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name,
      value,
    ]),
  )

const known = ({ metadata }: Ingress, name: string): Annotation => {
  const annotation = ANNOTATIONS[name]
  if (annotation === undefined) throw new Error(`Ingress ${metadata.name}: unknown annotation ${name}`)
  return annotation
}

const assertTaken = (ingress: Ingress, type: string, name: string, value: string): void => {
  const { form, place = 'anywhere' } = known(ingress, name)
  const where = `Ingress ${ingress.metadata.name}: annotation ${name}`
  if (typeof value !== 'string' || !form.test(value))
    throw new Error(`${where} cannot be ${JSON.stringify(value)}`)
  const ignored =
    type === 'master' ? place === 'no master' : type === 'minion' && ['no minion', 'tls'].includes(place)
  if (ignored) throw new Error(`${where} is ignored on a ${type}`)
}
