import { expect, test } from '@jest/globals'
import { enginePorts } from './engine-ports.js'

test('a port is given once, also to those who ask at the same time', async () => {
  const ports = (await Promise.all([enginePorts(2), enginePorts(1), enginePorts(2)])).flat()

  expect(new Set([...ports, ...(await enginePorts(1))]).size).toBe(6)
})
