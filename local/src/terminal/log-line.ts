/** Width of the column of names: the longest of ours, `realtime-2`. */
const NAME_WIDTH = 10
/** Frames of a stack that lead to the place; the rest is the path of the event loop. */
const STACK_LINES = 6

const HIDDEN = new Set(['level', 'time', 'service', 'pid', 'hostname', 'msg', 'err', 'error'])
const SHOWN_LEVELS: Readonly<Record<string, string>> = { warn: 'WARN', error: 'ERROR', fatal: 'FATAL' }

export interface LogLine {
  readonly name: string
  /** One line of a service's output: a JSON object, or anything else. */
  readonly text: string
  readonly colours: boolean
  readonly now: Date
}

type Fields = Readonly<Record<string, unknown>>

/** Renders one line of a service's log for people: `12:00:01 votes    serving grpcPort=50051`. */
export function renderLogLine({ name, text, colours, now }: LogLine): string {
  const fields = parse(text)
  const paint = colours ? painted : plain
  const level = typeof fields?.level === 'string' ? fields.level : 'info'
  const time = typeof fields?.time === 'string' ? new Date(fields.time) : now
  const prefix = `${paint('dim', clockTime(Number.isNaN(time.getTime()) ? now : time))} ${paint(colourOf(name), name.padEnd(NAME_WIDTH))}`
  if (fields === undefined) return `${prefix} ${printable(text)}`
  const shownLevel = SHOWN_LEVELS[level]
  const error = fields.err ?? fields.error
  const words = [
    ...(shownLevel === undefined ? [] : [paint(level === 'warn' ? 'yellow' : 'red', shownLevel)]),
    printable(typeof fields.msg === 'string' ? fields.msg : ''),
    ...Object.entries(fields).flatMap(([key, value]) =>
      HIDDEN.has(key) ? [] : [paint('dim', `${key}=${short(value)}`)],
    ),
    ...(error === undefined ? [] : [paint('dim', `err=${short(messagesOf(error))}`)]),
  ]
  const shownWords = words.filter((word) => word !== '').join(' ')
  return [`${prefix} ${shownWords}`, ...framesOf(error, level).map((frame) => paint('dim', frame))].join('\n')
}

/** What a service said when it could not go on; undefined for all other lines. */
export function fatalMessage(text: string): string | undefined {
  const fields = parse(text)
  if (fields?.level !== 'fatal') return undefined
  const error = fields.err ?? fields.error
  return [fields.msg, ...(error === undefined ? [] : [messagesOf(error)])].map(String).join(': ')
}

function parse(text: string): Fields | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    return JSON.parse(text) as Fields
  } catch {
    return undefined
  }
}

const clockTime = (time: Date): string =>
  [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':')

/** Values with spaces are quoted, so that a line can be read field by field; nothing can steer the terminal. */
function short(value: unknown): string {
  if (typeof value === 'string') return /^[\w.:/@+-]+$/.test(value) ? value : printable(JSON.stringify(value))
  return printable(JSON.stringify(value))
}

/** An error's message and those of its causes. */
function messagesOf(error: unknown): unknown {
  const messages: string[] = []
  for (let each = error; typeof each === 'object' && each !== null && 'message' in each;) {
    messages.push(String(each.message))
    each = 'cause' in each ? each.cause : undefined
  }
  return messages.length === 0 ? error : messages.join(': ')
}

/** Where it happened, when something is broken rather than late. */
function framesOf(error: unknown, level: string): string[] {
  const broken = level === 'error' || level === 'fatal'
  if (!broken || typeof error !== 'object' || error === null || !('stack' in error)) return []
  const frames = String(error.stack)
    .split('\n')
    .slice(1, 1 + STACK_LINES)
  return frames.map((frame) => `  ${printable(frame)}`)
}

/** Shows control characters (Unicode's Cc) as escapes: a log must not be able to steer the terminal. */
const printable = (text: string): string =>
  text.replace(/\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)

const COLOURS = { dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 } as const
type Colour = keyof typeof COLOURS

const NAME_COLOURS: Readonly<Record<string, Colour>> = {
  gateway: 'cyan',
  polls: 'magenta',
  votes: 'green',
  realtime: 'yellow',
  postgres: 'blue',
  kafka: 'blue',
  redis: 'blue',
}

/** Replicas have the colour of their service. */
const colourOf = (name: string): Colour => NAME_COLOURS[name.replace(/-\d+$/, '')] ?? 'dim'
const painted = (colour: Colour, text: string): string => `\u001b[${COLOURS[colour]}m${text}\u001b[0m`
const plain = (_colour: Colour, text: string): string => text
