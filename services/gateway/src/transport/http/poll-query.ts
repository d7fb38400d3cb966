import type { FieldFault } from '@votestream/errors'
import { type PollQuery, pollStatuses } from '../../domain/poll.js'
import { Problem } from './problem.js'
import type { Target } from './target.js'
import { readThemeName } from './theme-name.js'

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 200

const NAMES = ['theme', 'status', 'limit', 'after'] as const
type Name = (typeof NAMES)[number]

const LIMIT = /^[1-9][0-9]{0,2}$/
const AFTER = /^[1-9][0-9]{0,15}$/

const isStatus = (text: string): text is (typeof pollStatuses)[number] =>
  (pollStatuses as readonly string[]).includes(text)

const rules: Readonly<Record<Name, { readonly message: string; readonly holds: (text: string) => boolean }>> =
  {
    theme: { message: 'must not be empty', holds: (text) => text !== '' },
    status: { message: `must be one of ${pollStatuses.join(', ')}`, holds: isStatus },
    limit: {
      message: `must be a whole number from 1 to ${MAX_LIMIT}`,
      holds: (text) => LIMIT.test(text) && Number(text) <= MAX_LIMIT,
    },
    after: { message: 'must be the id of a poll', holds: (text) => AFTER.test(text) },
  }

/**
 * Reads the query of a list of polls; other names than its four are left alone. Throws 400 INVALID_QUERY with every fault, and not_found
 * THEME_NOT_FOUND for what cannot be a theme.
 */
export const readPollQuery = (query: string): PollQuery => {
  const { theme, status, limit, after } = readNames(query)
  return {
    limit: limit === undefined ? DEFAULT_LIMIT : Number(limit),
    ...(theme !== undefined && { theme: readThemeName(theme) }),
    ...(status !== undefined && isStatus(status) && { status }),
    // No poll has an id beyond what a number holds.
    ...(after !== undefined && { after: Math.min(Number(after), Number.MAX_SAFE_INTEGER) }),
  }
}

/** The reference to the next page: the same path and filters. */
export const nextPageLink = ({ path, query }: Target, nextAfter: number): string => {
  const next = new URLSearchParams({ ...readNames(query), after: String(nextAfter) })
  return `<${path}?${next.toString()}>; rel="next"`
}

const readNames = (query: string): Partial<Record<Name, string>> => {
  const found: Partial<Record<Name, string>> = {}
  const faults: FieldFault[] = []
  for (const [name, value] of decodePairs(query)) {
    if (!isName(name)) continue
    if (found[name] !== undefined) faults.push({ path: name, message: 'must not be repeated' })
    else if (!rules[name].holds(value)) faults.push({ path: name, message: rules[name].message })
    found[name] = value
  }
  if (faults.length > 0) throw invalidQuery(faults)
  return found
}

const isName = (name: string): name is Name => (NAMES as readonly string[]).includes(name)

const invalidQuery = (errors: readonly FieldFault[]): Problem =>
  new Problem(400, 'INVALID_QUERY', 'The query is not valid.', { errors })

const decodePairs = (query: string): (readonly [string, string])[] =>
  query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=')
      const [name, value] = equals === -1 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
      return [decode(name), decode(value)] as const
    })

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw invalidQuery([{ path: '', message: 'has a malformed percent escape' }])
  }
}
