import { expect, test } from '@jest/globals'
import type { ConnectionOptions, PeerCertificate } from 'node:tls'
import { pgConnection } from './database-address.js'
import { databaseFaults, databaseOf } from './database-settings.js'

const DATABASE_URL = 'postgres://votestream_polls:old@db:5432/votestream'

test('the password takes the place of the one in the URL', () => {
  const { url } = databaseOf({ DATABASE_URL, DATABASE_PASSWORD: 'a/b:c' })

  expect(decodeURIComponent(new URL(url).password)).toBe('a/b:c')
})

test('a password without a user, and authorities beside ssl settings, are refused', () => {
  expect(databaseFaults({ DATABASE_URL: 'postgres://db/votestream', DATABASE_PASSWORD: 'x' })).toEqual([
    'DATABASE_PASSWORD: DATABASE_URL must name the user whose password it is',
  ])
  expect(databaseFaults({ DATABASE_URL: `${DATABASE_URL}?sslmode=require`, DATABASE_CA_FILE: 'x' })).toEqual([
    'DATABASE_CA_FILE: DATABASE_URL must not have ssl settings of its own as well',
  ])
  expect(databaseFaults({ DATABASE_URL, DATABASE_PASSWORD: 'x', DATABASE_CA_FILE: 'x' })).toEqual([])
})

test('without authorities the URL alone counts', () => {
  expect(pgConnection({ url: DATABASE_URL })).toEqual({ connectionString: DATABASE_URL })
})

test('with authorities the name in the URL is verified, an address as well', () => {
  const verify = (url: string, subjectaltname: string): string | undefined => {
    const ssl = pgConnection({ url, ca: 'x' }).ssl as ConnectionOptions
    const certificate = { subject: { CN: '' }, subjectaltname } as unknown as PeerCertificate
    return ssl.checkServerIdentity?.('localhost', certificate)?.message
  }

  expect(verify('postgres://u@db.example/x', 'DNS:db.example')).toBe(undefined)
  expect(verify('postgres://u@db.example/x', 'DNS:localhost')).toContain('db.example. is not in')
  expect(verify('postgres://u@10.0.0.7/x', 'IP Address:10.0.0.7')).toBe(undefined)
  expect(verify('postgres://u@10.0.0.7/x', 'DNS:localhost')).toContain('10.0.0.7 is not in')
  expect(verify('postgres://u@[fd00::7]/x', 'IP Address:FD00:0:0:0:0:0:0:7')).toBe(undefined)
})
