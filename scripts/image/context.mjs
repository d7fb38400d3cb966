import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The paths of a folder that an image may be made of: what .dockerignore leaves, in order of name. */
export function contextFiles(folder) {
  const list = join(folder, '.dockerignore')
  const rules = existsSync(list) ? parseIgnore(readFileSync(list, 'utf8')) : []
  const found = []
  const visit = (below) => {
    for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`
      const ignored = isIgnored(path, rules)
      // An ignored folder may hold what is taken back: by its own name, or below a name that is spelled out.
      if (entry.isDirectory()) {
        if (!ignored || mayHoldExceptions(path, rules)) visit(path)
      } else if (!ignored) found.push(path)
    }
  }
  visit('')
  return found.sort()
}

/** The rules of a .dockerignore, in order; each says whether it takes back. */
export function parseIgnore(text) {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const exception = line.startsWith('!')
      const pattern = (exception ? line.slice(1) : line).replace(/^\/|\/$/g, '')
      return { exception, pattern, expression: toExpression(pattern) }
    })
}

/** The last rule that matches the path, or a folder above it, decides. */
export function isIgnored(path, rules) {
  let ignored = false
  for (const { exception, expression } of rules) if (expression.test(path)) ignored = !exception
  return ignored
}

function mayHoldExceptions(path, rules) {
  return rules.some(({ exception, pattern }) => exception && pattern.startsWith(`${path}/`))
}

/** `*` and `?` stay within a name, `**` stands for any number of folders; whatever lies below a match matches too. */
function toExpression(pattern) {
  const source = pattern
    .split(/(\*\*\/|\*\*|\*|\?)/)
    .map((part) => {
      if (part === '**/') return '(?:.*/)?'
      if (part === '**') return '.*'
      if (part === '*') return '[^/]*'
      if (part === '?') return '[^/]'
      return part.replaceAll(/[$()+.[\\\]^{|}]/g, '\\$&')
    })
    .join('')
  return new RegExp(`^${source}(?:/|$)`)
}
