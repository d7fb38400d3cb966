import type { FieldFault } from '@votestream/errors'
import type { z } from 'zod'
import { invalidBody } from './problem.js'

type Issue = z.core.$ZodIssue

/** `options[1].text`, as API.md's `errors[].path`. */
const pathOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((written, part) => {
    if (typeof part === 'number') return `${written}[${part}]`
    return written === '' ? String(part) : `${written}.${String(part)}`
  }, '')

const messageOf = (issue: Issue): string => {
  if (issue.code === 'unrecognized_keys') return 'must have no other keys'
  if (issue.code === 'too_small') return 'must not be empty'
  if (issue.code === 'custom') return issue.message // our own, which says the rule
  if (issue.code !== 'invalid_type') return 'is not valid'
  const article = /^[aeiou]/.test(issue.expected) ? 'an' : 'a'
  return issue.input === undefined ? 'is required' : `must be ${article} ${issue.expected}`
}

/** What a schema makes of a body. Throws INVALID_BODY with every fault; messages name paths and rules, nothing that the client wrote. */
export const validate = <S extends z.ZodType>(schema: S, body: unknown): z.output<S> => {
  const result = schema.safeParse(body, { reportInput: true })
  if (result.success) return result.data
  const faults = result.error.issues.map((issue): FieldFault => ({
    path: pathOf(issue.path),
    message: messageOf(issue),
  }))
  throw invalidBody('The body does not have the right form.', faults)
}
