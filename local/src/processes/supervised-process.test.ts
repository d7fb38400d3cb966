import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { isAlive, type ProcessId } from './process-id.js'
import { SupervisedProcess } from './supervised-process.js'

const SERVES = `process.send({ type: 'serving' }); setInterval(() => {}, 1000);`

/** Supervises a script of one line. */
async function aProcess(source: string, { stopGraceMs = 5000 } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'votestream-supervised-'))
  const script = join(folder, 'script.cjs')
  await writeFile(script, source)
  const seen = {
    ids: [] as ProcessId[],
    lines: [] as string[],
    restarts: [] as string[],
    waitsMs: [] as number[],
    back: 0,
    failures: [] as number[],
  }
  const supervised = new SupervisedProcess(
    { name: 'it', script, env: { PATH: process.env.PATH }, stopGraceMs },
    {
      changed: (self) => self !== undefined && seen.ids.push(self),
      line: (text) => seen.lines.push(text),
      restarting: (how, waitMs) => {
        seen.restarts.push(how)
        seen.waitsMs.push(waitMs)
      },
      back: () => (seen.back += 1),
      failed: ({ exitCode }) => seen.failures.push(exitCode),
    },
  )
  const dispose = async (): Promise<void> => {
    await supervised.stop()
    await rm(folder, { recursive: true, force: true })
  }
  return { supervised, seen, folder, [Symbol.asyncDispose]: dispose }
}

describe('a supervised process', () => {
  test('is started when it says that it serves', async () => {
    await using it = await aProcess(`console.log('hello'); ${SERVES}`)

    await it.supervised.start()

    await eventually(() => expect(it.seen.lines).toEqual(['hello']))
    expect(it.seen.ids.map((id) => isAlive(id))).toEqual([true])
  })

  test('is started again when it is killed', async () => {
    await using it = await aProcess(SERVES)
    await it.supervised.start()

    process.kill(it.seen.ids[0]?.pid ?? 0, 'SIGKILL')

    await eventually(() => expect(it.seen.back).toBe(1))
    expect(it.seen.restarts).toEqual(['SIGKILL'])
    expect(it.seen.ids.map((id) => isAlive(id))).toEqual([false, true])
  })

  test('is back at once when somebody else asked it to stop, as often as that happens', async () => {
    await using it = await aProcess(`process.on('SIGTERM', () => process.exit(0)); ${SERVES}`)
    await it.supervised.start()

    for (const [index] of ['once', 'twice'].entries()) {
      process.kill(it.seen.ids.at(-1)?.pid ?? 0, 'SIGTERM')
      await eventually(() => expect(it.seen.back).toBe(index + 1))
    }

    expect(it.seen.restarts).toEqual(['exit code 0', 'exit code 0'])
    expect(it.seen.waitsMs).toEqual([0, 0])
  })

  test('that ends well before it was ready is started again no faster than one that fails', async () => {
    await using it = await aProcess('process.exit(0)')

    await expect(it.supervised.start()).rejects.toMatchObject({ exitCode: 1 })

    expect(it.seen.waitsMs).toEqual([100, 200, 400, 800])
  })

  test('is given up when it keeps dying before it was ever ready', async () => {
    await using it = await aProcess('process.exit(3)')

    await expect(it.supervised.start()).rejects.toMatchObject({ exitCode: 1 })

    expect(it.seen.restarts).toEqual(['exit code 3', 'exit code 3', 'exit code 3', 'exit code 3'])
    expect(it.seen.waitsMs).toEqual([100, 200, 400, 800])
  })

  test('is given up at once when its configuration is bad, after its message was shown', async () => {
    await using it = await aProcess(`process.stderr.write('bad settings\\n'); process.exit(78)`)

    await expect(it.supervised.start()).rejects.toMatchObject({ exitCode: 78 })

    expect(it.seen.lines).toEqual(['bad settings'])
    expect(it.seen.restarts).toEqual([])
  })

  test('that cannot come back after it was ready is reported', async () => {
    const once = `const fs = require('node:fs'); const flag = __filename + '.flag';
      if (fs.existsSync(flag)) process.exit(78); fs.writeFileSync(flag, ''); ${SERVES}`
    await using it = await aProcess(once)
    await it.supervised.start()

    process.kill(it.seen.ids[0]?.pid ?? 0, 'SIGKILL')

    await eventually(() => expect(it.seen.failures).toEqual([78]))
  })

  test('that is stopped is gone and stays gone', async () => {
    await using it = await aProcess(SERVES)
    await it.supervised.start()

    await it.supervised.stop()

    expect(it.seen.ids.map((id) => isAlive(id))).toEqual([false])
    expect(it.seen.restarts).toEqual([])
  })

  test('that does not listen to SIGTERM is killed after its grace', async () => {
    await using it = await aProcess(`process.on('SIGTERM', () => {}); ${SERVES}`, { stopGraceMs: 200 })
    await it.supervised.start()

    await it.supervised.stop()

    expect(it.seen.ids.map((id) => isAlive(id))).toEqual([false])
    expect(it.seen.lines).toEqual(['did not stop within 200 ms and is killed'])
  })
})
