import { expect, test } from '@jest/globals'
import { notFound } from '@votestream/errors'
import { openPair, rejectionOf } from '../test/echo.js'
import type { Said } from '../test/echo.js'

test('both sides count their calls by method and code, and measure them', async () => {
  async function* recite(request: Said) {
    yield request
    await Promise.reject(notFound('POLL_NOT_FOUND', 'no such poll'))
  }
  await using pair = await openPair({ Recite: recite })
  const read = async () => {
    for await (const message of pair.client.stream('Recite', { text: 'hello' }))
      expect(message.text).toBe('hello')
  }

  await pair.client.call('Say', { text: 'hello' })
  await pair.client.call('Say', { text: 'hello' })
  await rejectionOf(read())
  const [server, client] = [await pair.registry.metrics(), await pair.client.registry.metrics()]

  expect(server).toContain(
    'votestream_rpc_server_handled_total{method="test.v1.EchoService/Say",code="ok"} 2',
  )
  expect(server).toContain(
    'votestream_rpc_server_handled_total{method="test.v1.EchoService/Recite",code="not_found"} 1',
  )
  expect(server).toContain('votestream_rpc_server_duration_seconds_count{method="test.v1.EchoService/Say"} 2')
  expect(client).toContain(
    'votestream_rpc_client_handled_total{method="test.v1.EchoService/Say",code="ok"} 2',
  )
  expect(client).toContain(
    'votestream_rpc_client_handled_total{method="test.v1.EchoService/Recite",code="not_found"} 1',
  )
  expect(client).toContain(
    'votestream_rpc_client_duration_seconds_count{method="test.v1.EchoService/Recite"} 1',
  )
})
