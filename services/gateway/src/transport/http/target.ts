/** Where a request wants to go, undecoded. */
export interface Target {
  readonly path: string
  /** Without the question mark. */
  readonly query: string
}

const ABSOLUTE_FORM = /^https?:\/\/[^/?#]*/i

/** Splits a request's target; the absolute form, which every server must take (RFC 9112 section 3.2.2), loses its origin. */
export const readTarget = (url: string): Target => {
  const origin = ABSOLUTE_FORM.exec(url)?.[0] ?? ''
  const target = url.slice(origin.length)
  const mark = target.indexOf('?')
  const path = mark === -1 ? target : target.slice(0, mark)
  return { path: path === '' ? '/' : path, query: mark === -1 ? '' : target.slice(mark + 1) }
}
