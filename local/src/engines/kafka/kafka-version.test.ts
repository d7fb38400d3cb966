import { expect, test } from '@jest/globals'
import { parseChecksums } from '../provision/checksums.js'
import { KAFKA_VERSION, versionOfJars } from './kafka-version.js'
import { readPins } from './maven-kafka.js'

test('the version is the one that the jar of the core is named after', () => {
  expect(versionOfJars(['kafka-clients-4.4.0.jar', 'kafka_2.13-4.1.0-rc2.jar'])).toBe('4.1.0-rc2')
  expect(versionOfJars(['kafka-clients-4.4.0.jar'])).toBeUndefined()
})

test('the pinned jars are those of the version that is provisioned, with a voice', () => {
  const names = [...parseChecksums(readPins()).keys()]

  expect(versionOfJars(names)).toBe(KAFKA_VERSION)
  expect(names.filter((name) => name.startsWith('slf4j-simple-'))).toHaveLength(1)
})
