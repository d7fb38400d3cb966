import { isTrue, settingsOf, type Settings } from './annotations.js'
import type { Ingress, IngressPath } from './ingress-objects.js'

/** Where the Pods of a Service answer, as `address:port`. */
export type Endpoints = (service: string) => readonly string[]

/**
 * The upstreams, zones and the server that F5's controller makes of Ingresses of one host, by its template
 * internal/configs/version1/nginx.ingress.tmpl; without TLS and without what Nginx of the machine may be too old for.
 */
export const serverConf = (
  ingresses: readonly Ingress[],
  endpoints: Endpoints,
  { listen, realIpFrom }: { readonly listen: number; readonly realIpFrom: string },
): string => {
  const { master, parts } = partsOf(ingresses)
  const host = oneHost(ingresses)
  const keepalive = Number(settingsOf(master)('keepalive'))
  return [
    ...parts.flatMap((part) => upstreams(part, endpoints, keepalive)),
    ...parts.flatMap(limitZone),
    'server {',
    `listen 127.0.0.1:${listen};`,
    // From the controller's ConfigMap: real-ip-header and set-real-ip-from.
    `set_real_ip_from ${realIpFrom}; real_ip_header X-Forwarded-For;`,
    `server_tokens ${isTrue(settingsOf(master)('server-tokens')) ? 'on' : 'off'};`,
    `server_name ${host};`,
    ...parts.flatMap((part) => part.paths.flatMap((path) => location(part, path, keepalive))),
    '}',
  ].join('\n')
}

interface Part {
  readonly name: string
  readonly settings: Settings
  readonly paths: readonly IngressPath[]
}

/** One Ingress with all paths, or a master without any and its minions. */
const partsOf = (ingresses: readonly Ingress[]): { master: Ingress; parts: readonly Part[] } => {
  const typeOf = (ingress: Ingress): string | undefined => settingsOf(ingress)('mergeable-ingress-type')
  const masters = ingresses.filter((each) => typeOf(each) === 'master')
  const [master = ingresses[0]] = masters
  const others = masters.length === 0 ? ingresses : ingresses.filter((each) => typeOf(each) === 'minion')
  if (master === undefined || masters.length > 1 || masters.length + others.length !== ingresses.length)
    throw new Error(
      'neither one Ingress nor a master and its minions: the controller refuses a second one with the same host',
    )
  if (masters.length === 0 && others.length > 1)
    throw new Error('a second Ingress with the same host is refused')
  const parts = others.map((each) => ({
    name: each.metadata.name,
    settings: settingsOf(each, masters[0]),
    paths: pathsOf(each),
  }))
  if (masters.length > 0 && pathsOf(master).length > 0) throw new Error('a master has no paths')
  assertNoPathTwice(parts)
  return { master, parts }
}

const pathsOf = ({ spec }: Ingress): readonly IngressPath[] =>
  spec.rules.flatMap(({ http }) => http?.paths ?? [])

const oneHost = (ingresses: readonly Ingress[]): string => {
  const hosts = new Set(ingresses.flatMap(({ spec }) => spec.rules.map(({ host }) => host ?? '')))
  const [host = ''] = hosts
  if (hosts.size !== 1 || host === '') throw new Error(`not one host: ${[...hosts].join(', ')}`)
  return host
}

/** The second of two minions with one path is ignored. */
const assertNoPathTwice = (parts: readonly Part[]): void => {
  const paths = parts.flatMap((part) => part.paths.map(({ path }) => path))
  const twice = paths.filter((path, index) => paths.indexOf(path) !== index)
  if (twice.length > 0) throw new Error(`two Ingresses have the path ${twice.join(', ')}`)
}

const servicesOf = ({ paths }: Part): readonly string[] => [
  ...new Set(paths.map(({ backend }) => backend.service.name)),
]

const upstreamOf = (part: Part, service: string): string => `${part.name}-${service}`

const upstreams = (part: Part, endpoints: Endpoints, keepalive: number): readonly string[] => {
  const { settings } = part
  const rules = `max_fails=${settings('max-fails')} fail_timeout=${settings('fail-timeout')} max_conns=${settings('max-conns')}`
  const method = settings('lb-method') ?? 'round_robin'
  return servicesOf(part).flatMap((service) => [
    `upstream ${upstreamOf(part, service)} {`,
    `zone ${upstreamOf(part, service)} ${settings('upstream-zone-size')};`,
    ...(method === 'round_robin' ? [] : [`${method};`]),
    ...endpoints(service).map((address) => `server ${address} ${rules};`),
    ...(keepalive > 0 ? [`keepalive ${keepalive};`] : []),
    '}',
  ])
}

const limitZone = ({ name, settings }: Part): readonly string[] => {
  const rate = settings('limit-req-rate')
  if (rate === undefined) return []
  return [
    `limit_req_zone ${settings('limit-req-key')} zone=${name}:${settings('limit-req-zone-size')} rate=${rate};`,
  ]
}

const location = (part: Part, path: IngressPath, keepalive: number): readonly string[] => {
  const { settings } = part
  const service = path.backend.service.name
  const isSocket = settings('websocket-services')?.split(',').includes(service) ?? false
  const given = (directive: string, name = directive.replaceAll('_', '-')): readonly string[] => {
    const value = settings(name)
    return value === undefined ? [] : [`${directive} ${value};`]
  }
  return [
    `location ${matcherOf(settings, path)} {`,
    'proxy_http_version 1.1;',
    ...(isSocket
      ? ['proxy_set_header Upgrade $http_upgrade;', 'proxy_set_header Connection $connection_upgrade;']
      : keepalive > 0
        ? ['proxy_set_header Connection "";']
        : []),
    ...['proxy_connect_timeout', 'proxy_read_timeout', 'proxy_send_timeout'].flatMap((name) => given(name)),
    ...given('client_max_body_size'),
    ...FORWARDED,
    `proxy_buffering ${isTrue(settings('proxy-buffering')) ? 'on' : 'off'};`,
    ...BUFFERS.flatMap((name) => given(name)),
    ...NEXT_UPSTREAM.flatMap((name) => given(name)),
    `proxy_pass http://${upstreamOf(part, service)};`,
    ...limit(part),
    '}',
  ]
}

const BUFFERS = ['proxy_buffers', 'proxy_buffer_size', 'proxy_busy_buffers_size', 'proxy_max_temp_file_size']
const NEXT_UPSTREAM = ['proxy_next_upstream', 'proxy_next_upstream_timeout', 'proxy_next_upstream_tries']

const FORWARDED = [
  'proxy_set_header Host $host;',
  'proxy_set_header X-Real-IP $remote_addr;',
  'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;',
  'proxy_set_header X-Forwarded-Host $host;',
  'proxy_set_header X-Forwarded-Port $server_port;',
  'proxy_set_header X-Forwarded-Proto $scheme;',
]

/** `path-regex` makes patterns of all paths of its Ingress. */
const matcherOf = (settings: Settings, { path, pathType }: IngressPath): string => {
  const asWritten = pathType === 'Exact' ? `= ${path}` : path
  const kind = settings('path-regex')
  if (kind !== undefined && pathType === 'Exact')
    throw new Error(`${path}: path-regex makes nothing of Exact`)
  if (kind === 'case_sensitive') return `~ "^${asWritten}"`
  if (kind === 'case_insensitive') return `~* "^${asWritten}"`
  return kind === 'exact' ? `= "${asWritten}"` : asWritten
}

const limit = ({ name, settings }: Part): readonly string[] => {
  if (settings('limit-req-rate') === undefined) return []
  const [burst, delay] = [settings('limit-req-burst'), settings('limit-req-delay')]
  const isLater = delay === '0' ? '' : ` delay=${delay}`
  const how = isTrue(settings('limit-req-no-delay')) ? ' nodelay' : isLater
  return [
    `limit_req zone=${name}${burst === '0' ? '' : ` burst=${burst}`}${how};`,
    `limit_req_log_level ${settings('limit-req-log-level')};`,
    `limit_req_status ${settings('limit-req-reject-code')};`,
  ]
}
