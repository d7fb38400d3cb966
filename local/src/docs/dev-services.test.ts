import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { inRepository } from '../repository.js'

test('the database of k8s/dev is one that the services accept: it may not be told to forget', () => {
  const manifest = readFileSync(inRepository('k8s/dev/postgres.yaml'), 'utf8')

  expect(manifest).toContain('image: postgres:')
  expect(manifest).not.toMatch(/fsync|full_page_writes|synchronous_commit/)
})
