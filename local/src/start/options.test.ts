import { expect, test } from '@jest/globals'
import { parseStartOptions } from './options.js'

test('without options there is no demo and lines are rendered', () => {
  expect(parseStartOptions([])).toEqual({
    ...{ demo: false, json: false, help: false, full: false, monitoring: false },
    replicas: { realtime: 1, gateway: 1, votes: 1, polls: 1 },
  })
})

test('options are read', () => {
  expect(parseStartOptions(['--demo', '--json', '-h'])).toMatchObject({ demo: true, json: true, help: true })
})

test('the full way can be watched, the embedded one not', () => {
  expect(parseStartOptions(['--full', '--monitoring'])).toMatchObject({ full: true, monitoring: true })
  expect(() => parseStartOptions(['--monitoring'])).toThrow(
    expect.objectContaining({ exitCode: 2, message: expect.stringContaining('needs --full') }),
  )
})

test('the full way takes replicas of every service', () => {
  expect(
    parseStartOptions(['--full', '--replicas', 'votes=2, polls=9', '--replicas=gateway=3']),
  ).toMatchObject({ full: true, replicas: { realtime: 1, gateway: 3, votes: 2, polls: 9 } })
})

test('the embedded way takes replicas too, but one votes alone', () => {
  expect(parseStartOptions(['--replicas', 'realtime=2'])).toMatchObject({ replicas: { realtime: 2 } })
  expect(() => parseStartOptions(['--replicas', 'votes=2'])).toThrow(
    expect.objectContaining({ exitCode: 2, message: expect.stringContaining('need --full') }),
  )
})

test.each([
  ['votes', "not 'votes'"],
  ['', "not ''"],
  ['votes=0', "not 'votes=0'"],
  ['votes=10', 'from 1 to 9'],
  ['votes=two', "not 'votes=two'"],
  ['kafka=2', 'realtime, gateway, votes, polls'],
  ['votes=2,votes=3', 'names votes twice'],
])('--replicas %s is refused, and why is said', (list, why) => {
  expect(() => parseStartOptions(['--full', `--replicas=${list}`])).toThrow(
    expect.objectContaining({ exitCode: 2, message: expect.stringContaining(why) }),
  )
})

test.each([['--dmo'], ['extra'], ['--demo=yes'], ['-x']])(
  '%s is refused with the place that lists the options',
  (option) => {
    expect(() => parseStartOptions([option])).toThrow(
      expect.objectContaining({ exitCode: 2, message: expect.stringContaining('npm start -- --help') }),
    )
  },
)
