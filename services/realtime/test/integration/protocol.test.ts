import { expect, jest, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import { WebSocket } from 'ws'
import type { ResultsDocument } from '../../src/domain/results.js'
import { aState } from '../fakes.js'
import { openMesh } from '../mesh.js'

// Real engines on a machine that is busy with other suites.
jest.setTimeout(30_000)

type Watch = (base: string, pollId: number, show: (results: ResultsDocument) => void) => void

const protocol = readFileSync(new URL('../../PROTOCOL.md', import.meta.url), 'utf8')

/** The client of PROTOCOL.md, in a world whose timers are quick, and stand still once it is over. */
const readClient = (): { watch: Watch; end: () => void } => {
  const [, code = ''] = /```js\n([^]*?)```/.exec(protocol) ?? []
  const sockets: WebSocket[] = []
  let over = false
  const world = {
    WebSocket: class extends WebSocket {
      constructor(address: string) {
        super(address)
        sockets.push(this)
        this.on('error', () => undefined)
      }
    },
    setTimeout: (run: () => void) => setTimeout(() => over || run(), 50),
  }
  const watch = runInNewContext(`${code}; watch`, world) as Watch
  const end = (): void => {
    over = true
    for (const socket of sockets) socket.terminate()
  }
  return { watch, end }
}

test('the client of PROTOCOL.md follows a poll, and comes back after a restart', async () => {
  await using mesh = await openMesh()
  mesh.addPoll(1)
  const shown: number[] = []
  const client = readClient()

  client.watch(mesh.url.replace('http', 'ws'), 1, ({ version }) => shown.push(version))
  await eventually(() => expect(shown).toEqual([0]))
  mesh.change(aState(1, 1))
  await eventually(() => expect(shown).toEqual([0, 1]))
  const { http: port } = mesh.realtime.ports()
  await mesh.realtime.stop()
  mesh.settle(aState(1, 2))
  await using again = await mesh.restart({ port })

  await eventually(() => expect(shown).toEqual([0, 1, 2]))
  expect(again.url).toBe(mesh.url)
  client.end()
})

test('the documents of PROTOCOL.md are those that are sent', async () => {
  const [, example = ''] = /```json\n([^]*?)```/.exec(protocol) ?? []
  const document = JSON.parse(example) as ResultsDocument
  await using mesh = await openMesh()
  mesh.addPoll(
    document.poll_id,
    document.options.map(({ text }) => text),
  )
  const counts = document.options.map(({ votes }) => votes)
  mesh.settle(
    aState(document.poll_id, document.version, { counts, asOfUs: Date.parse(document.as_of) * 1_000 }),
  )
  const shown: ResultsDocument[] = []
  const client = readClient()

  client.watch(mesh.url.replace('http', 'ws'), document.poll_id, (results) => shown.push(results))

  await eventually(() => expect(JSON.stringify(shown[0])).toBe(JSON.stringify(document)))
  client.end()
})
