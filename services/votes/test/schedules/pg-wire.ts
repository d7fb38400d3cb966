/** One message of PostgreSQL's protocol, whole. */
export interface WireMessage {
  /** One letter; empty for the first message of a client, which has none. */
  readonly type: string
  readonly bytes: Buffer
}

const TYPE_BYTES = 1
const LENGTH_BYTES = 4

/** Cuts a stream of bytes into messages; `startsUntyped` for what a client sends. */
export const messageReader = (startsUntyped: boolean): ((chunk: Buffer) => readonly WireMessage[]) => {
  let rest: Buffer = Buffer.alloc(0)
  let isUntyped = startsUntyped
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    const messages: WireMessage[] = []
    for (;;) {
      const header = isUntyped ? 0 : TYPE_BYTES
      if (rest.length < header + LENGTH_BYTES) return messages
      const end = header + rest.readInt32BE(header) // the length counts itself, not the type
      if (rest.length < end) return messages
      messages.push({
        type: isUntyped ? '' : String.fromCharCode(rest[0] ?? 0),
        bytes: rest.subarray(0, end),
      })
      rest = rest.subarray(end)
      isUntyped = false
    }
  }
}

const textsOf = ({ bytes }: WireMessage): readonly string[] =>
  bytes.toString('utf8', TYPE_BYTES + LENGTH_BYTES).split('\0')

/** What a statement is called in traces and by the scheduler: the name it was prepared under, otherwise its first words. */
export const labelOf = (messages: readonly WireMessage[]): string => {
  const query = messages.find(({ type }) => type === 'Q')
  if (query) return firstWords(textsOf(query)[0])
  const [, name] = textsOf(messages.find(({ type }) => type === 'B') ?? { type: '', bytes: Buffer.alloc(0) })
  const parse = messages.find(({ type }) => type === 'P')
  return name !== undefined && name !== '' ? name : firstWords(parse && textsOf(parse)[1])
}

const firstWords = (sql = ''): string => sql.trim().split(/\s+/).slice(0, 3).join(' ')

/** The server's word for what it did, for example COMMIT or INSERT 0 1. */
export const tagOf = (message: WireMessage): string => textsOf(message)[0] ?? ''

/** The SQLSTATE of an error message: the field that begins with C. */
export const stateOf = (message: WireMessage): string =>
  textsOf(message)
    .find((field) => field.startsWith('C'))
    ?.slice(1) ?? ''

/** The process that serves a connection, from the message that tells it. */
export const pidOf = ({ bytes }: WireMessage): number => bytes.readInt32BE(TYPE_BYTES + LENGTH_BYTES)
