import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { inRepository } from '../../repository.js'
import { formatProperties, serverProperties } from './server-properties.js'

const properties = serverProperties({ port: 20_001, controllerPort: 20_002 }, 'data')

/** What depends on where it runs, not on what it is. */
const OWN = ['listeners', 'advertised.listeners', 'controller.quorum.voters', 'log.dirs']

test('clients and controller are served on loopback only', () => {
  expect(properties).toMatchObject({
    listeners: 'PLAINTEXT://127.0.0.1:20001,CONTROLLER://127.0.0.1:20002',
    'advertised.listeners': 'PLAINTEXT://127.0.0.1:20001',
    'controller.quorum.voters': '1@127.0.0.1:20002',
  })
})

test('a topic that nobody made with its settings does not come to be', () => {
  expect(properties['auto.create.topics.enable']).toBe('false')
})

test('a container gets the same settings', () => {
  const compose = readFileSync(inRepository('local/compose.yaml'), 'utf8')
  const variables = [...compose.matchAll(/^ +(KAFKA_[A-Z_]+): '(.*)'$/gm)].map(
    ([, name = '', value = '']) => [name.slice('KAFKA_'.length).toLowerCase().replaceAll('_', '.'), value],
  )
  const inContainer = variables.filter(([name = '']) => ![...OWN, 'heap.opts'].includes(name))

  expect(Object.fromEntries(inContainer)).toEqual(
    Object.fromEntries(Object.entries(properties).filter(([name]) => !OWN.includes(name))),
  )
})

test('properties are written a line each', () => {
  expect(formatProperties({ 'node.id': '1', 'log.dirs': 'data' })).toBe('node.id=1\nlog.dirs=data\n')
})
