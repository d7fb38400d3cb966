import { expect, test } from '@jest/globals'
import { checkTable } from './check-table.js'

const aResult = (name: string, passed: boolean) => ({ name, passed, output: '', tookMs: 1234 })

test('each check has a row, and the last line sums up', () => {
  const table = checkTable([aResult('format', true), aResult('lint', false)])

  expect(table).toMatch(/format\s+ok\s+1\.2 s\nlint\s+FAILED\s+1\.2 s\n1 of 2 checks failed$/)
})

test('says so when all is well', () => {
  expect(checkTable([aResult('format', true)])).toMatch(/all checks passed$/)
})
