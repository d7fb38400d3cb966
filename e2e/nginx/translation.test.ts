import { expect, test } from '@jest/globals'
import type { Ingress, IngressPath } from './ingress-objects.js'
import { readIngresses } from './ingress-objects.js'
import { serverConf } from './server-conf.js'

const aPath = (
  path: string,
  service = 'gateway',
  pathType: IngressPath['pathType'] = 'Prefix',
): IngressPath => ({
  ...{ path, pathType },
  backend: { service: { name: service } },
})

/** An Ingress of a host; annotations are told without `nginx.org/`. */
const anIngress = (
  name: string,
  annotations: Readonly<Record<string, string>> = {},
  paths: readonly IngressPath[] = [aPath(`/${name}`)],
): Ingress => ({
  metadata: {
    name,
    annotations: Object.fromEntries(
      Object.entries(annotations).map(([each, value]) => [`nginx.org/${each}`, value]),
    ),
  },
  spec: { rules: [{ host: 'vote.example', http: { paths } }] },
})
const master = (annotations: Readonly<Record<string, string>> = {}): Ingress =>
  anIngress('master', { 'mergeable-ingress-type': 'master', ...annotations }, [])
const minion = (
  name: string,
  annotations: Readonly<Record<string, string>> = {},
  paths?: readonly IngressPath[],
): Ingress => anIngress(name, { 'mergeable-ingress-type': 'minion', ...annotations }, paths)

const translate = (...ingresses: readonly Ingress[]): string =>
  serverConf(ingresses, (service) => [`${service}.example:1`, `${service}.example:2`], {
    listen: 8080,
    realIpFrom: '10.0.0.0/8',
  })

/** The directives between a line and the brace that ends its block. */
const block = (conf: string, opening: string): string => {
  const start = conf.indexOf(`${opening} {`)
  return start === -1 ? '' : conf.slice(start, conf.indexOf('\n}', start))
}

test('what the chart renders for production can be translated', async () => {
  const conf = translate(...(await readIngresses()))

  expect(block(conf, 'location ~ "^/polls/[^/]+/(stream|events)$"')).toContain(
    ['proxy_set_header Upgrade $http_upgrade;', 'proxy_set_header Connection $connection_upgrade;'].join(
      '\n',
    ),
  )
  expect(block(conf, 'location ~ "^/polls/[^/]+/(stream|events)$"')).toContain('proxy_read_timeout 3600s;')
  expect(block(conf, 'location /')).toMatch(/limit_req zone=\S+ burst=20 nodelay;/)
  expect(block(conf, 'location /')).toContain('limit_req_status 429;')
  expect(conf).toMatch(/limit_req_zone \$\{binary_remote_addr\} zone=\S+:10m rate=100r\/m;/)
})

test('no chart of ours says how a request is sent again: Nginx repeats no POST that a gateway may have got', async () => {
  const conf = translate(...(await readIngresses()))

  expect(conf).not.toContain('proxy_next_upstream')
})

test.each([
  ['another word', 'nginx.org/limit-rate'],
  ['one of the other flavour', 'nginx.ingress.kubernetes.io/limit-rpm'],
])('an annotation that the controller does not know fails: %s', (_what, name) => {
  const { metadata, ...rest } = anIngress('a')

  expect(() => translate({ ...rest, metadata: { ...metadata, annotations: { [name]: '1' } } })).toThrow(
    `unknown annotation ${name.replace('nginx.org/', '')}`,
  )
})

test('an annotation that cannot have its value fails', () => {
  expect(() => translate(anIngress('a', { 'limit-req-rate': '100' }))).toThrow(
    'annotation limit-req-rate cannot be "100"',
  )
})

test.each([
  ['websocket-services', 'realtime', master({ 'websocket-services': 'realtime' }), minion('a')],
  ['server-tokens', 'false', master(), minion('a', { 'server-tokens': 'false' })],
  ['hsts', 'true', master(), minion('a', { hsts: 'true' })],
])('%s fails where the controller ignores it', (name, _value, ...ingresses) => {
  expect(() => translate(...ingresses)).toThrow(`annotation ${name} is ignored on a`)
})

test('a second Ingress with the same host fails, unless they are a master and its minions', () => {
  expect(() => translate(anIngress('a'), anIngress('b'))).toThrow('refused')
  expect(translate(master(), minion('a'), minion('b'))).toContain('location /b {')
})

test('one path in two minions fails: the controller ignores the second', () => {
  expect(() => translate(master(), minion('a', {}, [aPath('/x')]), minion('b', {}, [aPath('/x')]))).toThrow(
    '/x',
  )
})

test('a minion has what its master says of locations, unless it says it itself', () => {
  const conf = translate(
    master({ 'proxy-connect-timeout': '5s' }),
    minion('a'),
    minion('b', { 'proxy-connect-timeout': '7s' }),
  )

  expect(block(conf, 'location /a')).toContain('proxy_connect_timeout 5s;')
  expect(block(conf, 'location /b')).toContain('proxy_connect_timeout 7s;')
})

test('connections are kept where the master says so, and only there', () => {
  const kept = translate(master({ keepalive: '32' }), minion('a'))
  const notKept = translate(master(), minion('a', { keepalive: '32' }))

  expect(block(kept, 'upstream a-gateway')).toContain('keepalive 32;')
  expect(block(kept, 'location /a')).toContain('proxy_set_header Connection "";')
  expect(notKept).not.toContain('keepalive 32;')
  expect(notKept).not.toContain('proxy_set_header Connection')
})

test('each minion has a limit of its own', () => {
  const conf = translate(
    master(),
    minion('a', { 'limit-req-rate': '100r/m', 'limit-req-burst': '20', 'limit-req-no-delay': 'true' }),
    minion('b', { 'limit-req-rate': '10r/s', 'limit-req-delay': '3', 'limit-req-burst': '5' }),
    minion('c'),
  )

  expect(block(conf, 'location /a')).toContain('limit_req zone=a burst=20 nodelay;')
  expect(block(conf, 'location /b')).toContain('limit_req zone=b burst=5 delay=3;')
  expect(block(conf, 'location /c')).not.toContain('limit_req')
})

test('a pattern is no Exact path', () => {
  const exact = [aPath('/a', 'gateway', 'Exact')]

  expect(translate(anIngress('a', {}, exact))).toContain('location = /a {')
  expect(() => translate(anIngress('a', { 'path-regex': 'case_sensitive' }, exact))).toThrow('Exact')
})
