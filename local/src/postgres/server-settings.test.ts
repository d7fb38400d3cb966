import { expect, test } from '@jest/globals'
import { serverSettings, sharedBuffersMb } from './server-settings.js'

test('the cache is an eighth of the memory, within bounds', () => {
  expect([256, 2048, 65_536].map((memoryMb) => sharedBuffersMb(memoryMb))).toEqual([64, 256, 512])
})

test('nothing that makes a commit durable is touched', () => {
  const names = Object.keys(serverSettings({ port: 1, maxConnections: 10 }))

  expect(names.filter((name) => /fsync|synchronous_commit|full_page_writes/.test(name))).toEqual([])
})

test('the server is reached on loopback only', () => {
  expect(serverSettings({ port: 25_000, maxConnections: 10 })).toMatchObject({
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port: '25000',
  })
})
