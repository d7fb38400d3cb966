export const RESPOND_ASYNC = 'respond-async'

const QUOTED = /"(?:[^"\\]|\\.)*"/g

/** True when Prefer (RFC 7240) asks for an answer before the work is done, among whatever else it asks for. */
export const prefersAsync = (prefer: string | readonly string[] | undefined): boolean => {
  if (prefer === undefined) return false
  const preferences = String(prefer).replaceAll(QUOTED, '').split(',')
  return preferences.some((preference) => preference.split(';', 1)[0]?.trim().toLowerCase() === RESPOND_ASYNC)
}
