import { PassThrough } from 'node:stream'
import { expect, test } from '@jest/globals'
import { makeTerminal, wantsColours } from './terminal.js'

function aTerminal({ json = false } = {}) {
  const out = new PassThrough()
  const err = new PassThrough()
  const asStream = (stream: PassThrough) => stream as unknown as NodeJS.WriteStream
  const terminal = makeTerminal({ out: asStream(out), err: asStream(err), json, colours: false })
  return { terminal, out, written: () => String(out.read() ?? '') }
}

test('a service line is rendered for people', () => {
  const { terminal, written } = aTerminal()

  terminal.line('polls', '{"level":"info","msg":"serving"}')

  expect(written()).toMatch(/^\d\d:\d\d:\d\d polls {6}serving\n$/)
})

test('with --json every line is an object, the launcher’s own among them', () => {
  const { terminal, written } = aTerminal({ json: true })

  terminal.line('polls', '{"level":"info","msg":"serving"}')
  terminal.line('polls', 'plain')
  terminal.note('ready')

  const lines = written()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { msg: string })
  expect(lines.map(({ msg }) => msg)).toEqual(['serving', 'plain', 'ready'])
})

test('lines for a reader that stopped reading are dropped, not kept', () => {
  const { terminal, out } = aTerminal()

  for (let line = 0; line < 20_000; line += 1) terminal.line('polls', 'x'.repeat(1000))

  expect(out.writableLength).toBeLessThan(9 * 1024 * 1024)
})

test('colours are for terminals whose user did not refuse them', () => {
  const stream = (isTTY: boolean) => ({ isTTY }) as NodeJS.WriteStream

  expect(wantsColours(stream(true), {})).toBe(true)
  expect(wantsColours(stream(true), { NO_COLOR: '1' })).toBe(false)
  expect(wantsColours(stream(true), { TERM: 'dumb' })).toBe(false)
  expect(wantsColours(stream(false), {})).toBe(false)
})
