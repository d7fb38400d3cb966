import { expect, test } from '@jest/globals'
import { urlWithPassword } from './url-with-password.js'

test('a password of any characters comes back as it was', () => {
  const password = 'p:a/s%41?w@r#d "ü'

  const url = new URL(urlWithPassword('postgres://polls:old@db:5432/votestream', password))

  expect(decodeURIComponent(url.password)).toBe(password)
  expect([url.username, url.host, url.pathname]).toEqual(['polls', 'db:5432', '/votestream'])
})

test('without a password the URL stays as it is', () => {
  expect(urlWithPassword('redis://:kept@cache', undefined)).toBe('redis://:kept@cache')
})
