import { isUtf8 } from 'node:buffer'
import { isExactWholeNumber } from './exact-whole-number.js'
import { invalidBody } from './problem.js'

/** One token of a text that JSON.parse has accepted: a string, a number, a bracket, a comma or a colon; the rest is passed over. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[{}[\],:]/g

const LONE_SURROGATE = /\p{Surrogate}/u

/**
 * Parses JSON and refuses what JSON.parse lets through: invalid UTF-8, a byte order mark, a repeated key, `__proto__`, NUL, a lone
 * surrogate, a number that is not exactly a whole number. Throws INVALID_BODY; nothing of the body is in the message.
 */
export const parseStrictJson = (bytes: Buffer): unknown => {
  if (bytes.length === 0) throw invalidBody('The body is empty.')
  if (!isUtf8(bytes)) throw invalidBody('The body is not valid UTF-8.')
  const text = bytes.toString('utf8')
  if (text.startsWith('\uFEFF')) throw invalidBody('The body starts with a byte order mark.')
  const value = parse(text)
  const fault = findFault(text)
  if (fault !== undefined) throw invalidBody(fault)
  return value
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw invalidBody('The body is not valid JSON.') // V8's message quotes the body
  }
}

/** The first thing in a valid JSON text that is refused all the same. */
const findFault = (text: string): string | undefined => {
  const open: (Set<string> | undefined)[] = [] // the keys of each object that is open; undefined for an array
  let mayBeKey = false
  for (const [token] of text.matchAll(TOKENS)) {
    switch (token.charAt(0)) {
      case '{':
        open.push(new Set())
        mayBeKey = true
        break
      case '[':
        open.push(undefined)
        mayBeKey = false
        break
      case '}':
      case ']':
        open.pop()
        break
      case ',':
        mayBeKey = open.at(-1) !== undefined
        break
      case ':':
        mayBeKey = false
        break
      case '"': {
        const fault = stringFault(token) ?? (mayBeKey ? keyFault(token, open.at(-1)) : undefined)
        if (fault !== undefined) return fault
        break
      }
      default:
        if (!isExactWholeNumber(token)) return 'A number is not exactly a small whole number.'
    }
  }
  return undefined
}

const decode = (token: string): string =>
  token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1)

const stringFault = (token: string): string | undefined => {
  const value = decode(token)
  if (LONE_SURROGATE.test(value)) return 'A text has a lone surrogate.'
  return value.includes('\0') ? 'A text contains NUL.' : undefined
}

const keyFault = (token: string, keys: Set<string> | undefined): string | undefined => {
  const key = decode(token)
  if (key === '__proto__') return 'A key is __proto__.'
  if (keys?.has(key)) return 'A key is repeated.'
  keys?.add(key)
  return undefined
}
