import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { roleName, urlForDatabase, urlForRole } from './role-url.js'

const ADMIN_URL = 'postgres://postgres:admin@127.0.0.1:54999/postgres?sslmode=disable'

describe('urlForRole', () => {
  test('keeps the server and its options, and the database unless another is named', () => {
    expect(urlForRole(ADMIN_URL, { role: 'votes', password: 'pw' })).toBe(
      'postgres://votestream_votes:pw@127.0.0.1:54999/postgres?sslmode=disable',
    )
    expect(urlForRole(ADMIN_URL, { role: 'owner', password: 'pw', database: 'votestream' })).toBe(
      'postgres://votestream_owner:pw@127.0.0.1:54999/votestream?sslmode=disable',
    )
  })

  test('carries any password', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (password) => {
        const {
          username,
          password: carried,
          host,
        } = new URL(urlForRole(ADMIN_URL, { role: 'bus', password }))

        expect(decodeURIComponent(carried)).toBe(password)
        expect([username, host]).toEqual([roleName('bus'), '127.0.0.1:54999'])
      }),
    )
  })
})

describe('urlForDatabase', () => {
  test('names another database of the same server, whatever it is called', () => {
    expect(urlForDatabase(ADMIN_URL, 'votestream')).toBe(
      'postgres://postgres:admin@127.0.0.1:54999/votestream?sslmode=disable',
    )
    expect(decodeURIComponent(new URL(urlForDatabase(ADMIN_URL, 'a/b?c#d')).pathname)).toBe('/a/b?c#d')
  })
})
