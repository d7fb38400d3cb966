import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { inRepository } from '../src/repository.js'

/** What an image says of itself, as far as it is looked at here. */
const imageConfig = z.object({
  config: z.object({
    Cmd: z.array(z.string()),
    Env: z.array(z.string()),
    Labels: z.record(z.string(), z.string()),
    User: z.string(),
    WorkingDir: z.string(),
  }),
})
const manifest = z.array(
  z.object({ Config: z.string(), RepoTags: z.array(z.string()), Layers: z.array(z.string()) }),
)

export type ImageConfig = z.output<typeof imageConfig>['config']

/** An image, unpacked: `root` holds Node and its libraries, and beside it `app` what the image adds. */
export interface UnpackedImage {
  readonly config: ImageConfig
  readonly tags: readonly string[]
  readonly root: string
  readonly app: string
}

/** Where images are made and unpacked; removed at the end. */
export interface ImageFolder extends Disposable {
  readonly path: string
}

export function anImageFolder(): ImageFolder {
  const path = mkdtempSync(join(tmpdir(), 'votestream-images-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) }
}

/** Runs one of the repository's scripts; throws what it said when it fails. */
export function runScript(name: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [inRepository(`scripts/${name}`), ...args], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${stdout}${stderr}`)
  return stdout
}

/** Unpacks an archive as an engine would load it; images with the same base share its folder. */
export function unpack(folder: string, target: string): UnpackedImage {
  const archive = join(folder, target)
  extract(`${archive}.tar`, archive)
  const read = (name: string): unknown => JSON.parse(readFileSync(join(archive, name), 'utf8'))
  const [image] = manifest.parse(read('manifest.json'))
  const [base = '', own = ''] = image?.Layers ?? []
  const root = join(folder, base.replace('/layer.tar', ''))
  if (!readdirSync(folder).some((name) => root.endsWith(name))) extract(join(archive, base), root)
  const files = join(archive, 'files')
  extract(join(archive, own), files)
  mkdirSync(join(root, 'app'), { recursive: true })
  const { config } = imageConfig.parse(read(image?.Config ?? ''))
  return { config, tags: image?.RepoTags ?? [], root, app: join(files, config.WorkingDir) }
}

function extract(archive: string, folder: string): void {
  mkdirSync(folder, { recursive: true })
  const { status, stderr } = spawnSync('tar', ['-xf', archive, '-C', folder], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`tar -xf ${archive} failed: ${stderr}`)
}

/** A process in an image: what it wrote so far, and how it ended. */
export interface Container extends AsyncDisposable {
  readonly output: () => string
  readonly ended: Promise<number | null>
}

/** Nothing outside of the image can be seen there, nothing in it can be changed, and nobody is root. */
const CONFINED = `
  mount --bind "$ROOT" "$ROOT"
  mount --bind "$APP" "$ROOT$WORKDIR"
  mount -o remount,bind,ro "$ROOT"
  mount -o remount,bind,ro "$ROOT$WORKDIR"
  exec env -i "$@"
`

/** Whether this machine lets us confine a process: Linux, as root, with namespaces. */
export const canConfine = (): boolean =>
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['--mount', 'true']).status === 0

/** Runs the image's command, or another, with its settings and these, as its user, on a read-only root. */
export function runImage(
  { config, root, app }: UnpackedImage,
  env: Readonly<Record<string, string>> = {},
  command: readonly string[] = config.Cmd,
): Container {
  const settings = [...config.Env, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)]
  const [user = '', group = ''] = config.User.split(':')
  const confine = [`--root=${root}`, `--wd=${config.WorkingDir}`, `--setuid=${user}`, `--setgid=${group}`]
  const inside = [...settings, 'unshare', ...confine, '--', ...command]
  const child = spawn('unshare', ['--mount', 'sh', '-e', '-c', CONFINED, 'sh', ...inside], {
    env: { PATH: process.env.PATH, ROOT: root, APP: app, WORKDIR: config.WorkingDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return containerOf(child)
}

/** SIGTERM is answered in time, or not at all. */
const KILL_AFTER_MS = 10_000

function containerOf(child: ChildProcess): Container {
  const chunks: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => chunks.push(text))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  return {
    output: () => chunks.join(''),
    ended,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM')
      const killer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS)
      await ended
      clearTimeout(killer)
    },
  }
}
