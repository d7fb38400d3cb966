import { expect, test } from '@jest/globals'
import { EngineUnavailable } from '../engine-unavailable.js'
import { findJava, javaMajor } from './java.js'

test.each([
  ['openjdk version "17.0.15" 2025-04-15', 17],
  ['java version "1.8.0_402"', 8],
  ['openjdk version "25" 2025-09-16', 25],
  ['openjdk version "26-ea" 2026-03-17', 26],
  ['The operation couldn’t be completed.', undefined],
])('%s is told apart', (said, major) => {
  expect(javaMajor(said)).toBe(major)
})

test('where there is no Java, one is told to install it', () => {
  expect(() => findJava({ PATH: '/nowhere' })).toThrow(EngineUnavailable)
  expect(() => findJava({ PATH: '/nowhere' })).toThrow(/no `java` on the PATH. Install version 17 or newer/)
})

test('a JAVA_HOME without Java is said to be wrong', () => {
  expect(() => findJava({ JAVA_HOME: '/nowhere', PATH: process.env.PATH })).toThrow(/JAVA_HOME is \/nowhere/)
})
