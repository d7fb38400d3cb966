import { expect, test } from '@jest/globals'
import { parseStartOptions } from './options.js'

test('without options there is no demo and lines are rendered', () => {
  expect(parseStartOptions([])).toMatchObject({ demo: false, json: false, help: false })
})

test('options are read', () => {
  expect(parseStartOptions(['--demo', '--json', '-h'])).toMatchObject({ demo: true, json: true, help: true })
})

test.each([['--dmo'], ['extra'], ['--demo=yes'], ['-x']])(
  '%s is refused with the place that lists the options',
  (option) => {
    expect(() => parseStartOptions([option])).toThrow(
      expect.objectContaining({ exitCode: 2, message: expect.stringContaining('npm start -- --help') }),
    )
  },
)
