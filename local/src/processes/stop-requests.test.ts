import { describe, expect, test } from '@jest/globals'
import { countPresses } from './stop-requests.js'

describe('Ctrl-C', () => {
  test('a second press within two seconds is impatience', () => {
    const presses = countPresses({ byNpm: false })

    const judged = [presses.press(0), presses.press(1900)]

    expect(judged).toEqual(['first', 'again'])
  })

  test('a second press later than that starts anew', () => {
    const presses = countPresses({ byNpm: false })

    const judged = [presses.press(0), presses.press(2500), presses.press(3000)]

    expect(judged).toEqual(['first', 'first', 'again'])
  })

  test('what npm passes on of the same press does not count', () => {
    const presses = countPresses({ byNpm: true })

    const judged = [presses.press(0), presses.press(5), presses.press(700), presses.press(704)]

    expect(judged).toEqual(['first', 'echo', 'again', 'echo'])
  })

  test('without npm there is no echo: two signals in a row are two', () => {
    const presses = countPresses({ byNpm: false })

    const judged = [presses.press(0), presses.press(5)]

    expect(judged).toEqual(['first', 'again'])
  })
})
