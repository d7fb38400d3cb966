/** A state as a caller of PUBLISH_NEWEST hands it over: what it says of the state, and the state itself as text. */
export interface NewestArgument {
  readonly key: string
  readonly version: number
  readonly asOfUs: number
  readonly state: string
}

/** The script's own pattern: what is written otherwise is none of ours. */
const STORED = /^(\[\d+,)(\d+),"([a-z]+)",(\d+),\[([\d,]*)\]\]$/

const STATUSES = ['open', 'closing', 'closed']

const areCounts = (counts: string): boolean => counts === '' || !`,${counts},`.includes(',,')

/** What lies under a key, as far as the script reads it: nothing when it is no state of the same poll. */
const storedOf = (stored: unknown, state: string): { version: number; asOfUs: number } | undefined => {
  const [, head = '', version, status = '', asOfUs, counts = ''] =
    STORED.exec(typeof stored === 'string' ? stored : '') ?? []
  if (head === '' || !state.startsWith(head) || !STATUSES.includes(status) || !areCounts(counts))
    return undefined
  const read = { version: Number(version), asOfUs: Number(asOfUs) }
  return Number.isSafeInteger(read.version) && Number.isSafeInteger(read.asOfUs) ? read : undefined
}

/** Whether PUBLISH_NEWEST stores and says a state where `stored` lies: unless what lies there is newer. */
export const isTaken = (stored: unknown, { version, asOfUs, state }: NewestArgument): boolean => {
  const present = storedOf(stored, state)
  if (present === undefined || version > present.version) return true
  return version === present.version && asOfUs >= present.asOfUs
}

/** Whether its reply names a state: nothing lay there, or the same one, of the same time. */
export const isUnopposed = (stored: unknown, { version, asOfUs, state }: NewestArgument): boolean => {
  const present = storedOf(stored, state)
  return present === undefined || (version === present.version && asOfUs === present.asOfUs)
}
