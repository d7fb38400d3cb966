import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { describeSettings } from './describe-settings.js'
import { addressList, cidrList, commonSettings, port, secret, secretUrl } from './settings.js'

test('describes every variable in order: format, default, description, and whether it is required or secret', () => {
  const schema = z.object({
    GRPC_PORT: port(50051).describe('Where the mesh calls'),
    DATABASE_URL: secretUrl().describe('The record'),
    VOTER_SECRET: secret(16).optional().describe('Keys voters'),
    POLLS_ADDRESS: addressList().default('localhost:50051').describe('Where polls is'),
    TRUSTED_PROXIES: cidrList().describe('Who may name a client'),
    PEERS: addressList()
      .transform((list) => list.split(','))
      .describe('All of them'),
    COLOUR: z.enum(['red', 'blue']).default('red'),
  })

  expect(describeSettings(schema)).toEqual([
    {
      name: 'GRPC_PORT',
      description: 'Where the mesh calls',
      format: 'a port from 0 (any free one) to 65535',
      required: false,
      default: '50051',
      secret: false,
    },
    {
      name: 'DATABASE_URL',
      description: 'The record',
      format: 'a URL that starts with postgres:// or postgresql://',
      required: true,
      default: undefined,
      secret: true,
    },
    {
      name: 'VOTER_SECRET',
      description: 'Keys voters',
      format: 'a secret of at least 16 characters',
      required: false,
      default: undefined,
      secret: true,
    },
    {
      name: 'POLLS_ADDRESS',
      description: 'Where polls is',
      format: 'host:port, several of them with commas between, or a dns:/// target',
      required: false,
      default: 'localhost:50051',
      secret: false,
    },
    {
      name: 'TRUSTED_PROXIES',
      description: 'Who may name a client',
      format: 'networks such as 10.0.0.0/8, with commas between',
      required: false,
      default: '',
      secret: false,
    },
    {
      name: 'PEERS',
      description: 'All of them',
      format: 'host:port, several of them with commas between, or a dns:/// target',
      required: true,
      default: undefined,
      secret: false,
    },
    {
      name: 'COLOUR',
      description: '',
      format: 'one of red, blue',
      required: false,
      default: 'red',
      secret: false,
    },
  ])
})

test('describes the settings that all services share', () => {
  const described = describeSettings(z.object(commonSettings))

  expect(described.map(({ name }) => name)).toEqual([
    'HOST',
    'LOG_LEVEL',
    'OPS_PORT',
    'DRAIN_DELAY_MS',
    'SHUTDOWN_GRACE_MS',
  ])
  expect(described.every(({ description, required }) => description !== '' && !required)).toBe(true)
})
