import { invalidArgument } from '@votestream/errors'
import type { FieldFault } from '@votestream/errors'
import type { PollDraft } from './poll.js'

/** API.md: what fits on a screen. */
const MAX_QUESTION_LENGTH = 300
const MAX_OPTION_LENGTH = 120
const MIN_OPTIONS = 2
const MAX_OPTIONS = 20

const UNSTORABLE = /\p{Surrogate}|\0/u // a lone surrogate has no UTF-8, and Postgres has no NUL

/** Two texts that look the same are the same: NFC, without white space around. */
const normalize = (text: string): string => text.normalize('NFC').trim()

const textFault = (path: string, text: string, maxLength: number): FieldFault[] => {
  if (UNSTORABLE.test(text)) return [{ path, message: 'must not contain NUL or lone surrogates' }]
  const length = Array.from(text).length
  if (length >= 1 && length <= maxLength) return []
  return [{ path, message: `must have 1 to ${maxLength} characters` }]
}

const optionPath = (index: number): string => `options[${index}].text`

const optionFaults = (options: readonly string[]): FieldFault[] => {
  if (options.length < MIN_OPTIONS || options.length > MAX_OPTIONS)
    return [{ path: 'options', message: `must be ${MIN_OPTIONS} to ${MAX_OPTIONS} options` }]
  return options.flatMap((option, index) => {
    const faults = textFault(optionPath(index), option, MAX_OPTION_LENGTH)
    const first = options.indexOf(option)
    if (faults.length > 0 || first === index) return faults
    return [{ path: optionPath(index), message: `must differ from ${optionPath(first)}` }]
  })
}

/** A slip of the finger (seconds for milliseconds, a wrong century) and no plan. */
const MAX_YEARS_AHEAD = 5
const US_PER_YEAR = 366 * 86_400 * 1_000_000

const timeFaults = ({ opensAtUs, closesAtUs }: PollDraft, nowUs: number): FieldFault[] => {
  const latestUs = nowUs + MAX_YEARS_AHEAD * US_PER_YEAR
  const tooFar = ([path, timeUs]: readonly [string, number | null]): FieldFault[] =>
    timeUs !== null && timeUs > latestUs
      ? [{ path, message: `must be at most ${MAX_YEARS_AHEAD} years ahead` }]
      : []
  const faults = [['opens_at', opensAtUs] as const, ['closes_at', closesAtUs] as const].flatMap(tooFar)
  if (closesAtUs !== null && closesAtUs <= nowUs)
    faults.push({ path: 'closes_at', message: 'must be in the future' })
  if (closesAtUs !== null && opensAtUs !== null && closesAtUs <= opensAtUs)
    faults.push({ path: 'closes_at', message: 'must be later than opens_at' })
  return faults
}

/** Checks and normalizes what an author asks for; throws INVALID_BODY with every fault at once. `isTheme` says whether a key names a theme. */
export const draftPoll = (asked: PollDraft, isTheme: (key: string) => boolean, nowUs: number): PollDraft => {
  const question = normalize(asked.question)
  const options = asked.options.map(normalize)
  const { theme, opensAtUs, closesAtUs } = asked

  const faults = [...textFault('question', question, MAX_QUESTION_LENGTH), ...optionFaults(options)]
  if (theme !== null && !isTheme(theme)) faults.push({ path: 'theme', message: 'must be one of the themes' })
  faults.push(...timeFaults(asked, nowUs))
  if (faults.length > 0) throw invalidArgument('INVALID_BODY', 'the poll is not valid', { details: faults })
  return { question, theme, options, opensAtUs, closesAtUs }
}
