import { expect, test } from '@jest/globals'
import { serverConfig } from './server-config.js'

test('each process is scraped on the loopback interface under the labels of a pod', () => {
  const text = serverConfig({
    targets: [
      { pod: 'votes', container: 'votes', opsPort: 20_001 },
      { pod: 'votes-2', container: 'votes', opsPort: 20_002 },
    ],
    rules: '/rules/*.yaml',
  })

  expect(JSON.parse(text)).toMatchObject({
    rule_files: ['/rules/*.yaml'],
    scrape_configs: [
      {
        static_configs: [
          {
            targets: ['127.0.0.1:20001'],
            labels: { namespace: 'local', pod: 'votes', container: 'votes' },
          },
          {
            targets: ['127.0.0.1:20002'],
            labels: { namespace: 'local', pod: 'votes-2', container: 'votes' },
          },
        ],
      },
    ],
  })
})
