import { expect, test } from '@jest/globals'
import { configurationPage } from './configuration-page.js'

const aSetting = {
  name: 'PORT',
  description: 'The public port',
  format: 'a port',
  required: false,
  default: '8080',
  secret: false,
}

test('a variable has a row with its default, its format and its meaning', () => {
  const page = configurationPage([{ title: 'gateway', intro: 'Text.', settings: [aSetting] }], '/clone/')

  expect(page).toContain('## gateway\n\nText.\n\n| Variable')
  expect(page).toContain('| `PORT` | `8080` | a port | The public port |')
})

test('a required secret is told as such', () => {
  const secret = { ...aSetting, name: 'DATABASE_URL', required: true, default: undefined, secret: true }

  expect(configurationPage([{ title: 'polls', intro: '', settings: [secret] }], '/clone/')).toContain(
    '| `DATABASE_URL` | required | a port; a secret, never shown |',
  )
})

test('a pipe in a text does not end its cell', () => {
  const odd = { ...aSetting, description: 'a | b' }

  expect(configurationPage([{ title: 'polls', intro: '', settings: [odd] }], '/clone/')).toContain('a \\| b')
})

test('a default inside the clone is shown without the path of this clone', () => {
  const folder = { ...aSetting, default: '/clone/web/public' }

  expect(configurationPage([{ title: 'gateway', intro: '', settings: [folder] }], '/clone/')).toContain(
    '| `web/public` |',
  )
})
