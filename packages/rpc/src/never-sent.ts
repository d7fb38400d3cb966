const neverSent = new WeakSet()

/** Marks the error of a call that certainly never left this process. */
export function markNeverSent<E extends Error>(error: E): E {
  neverSent.add(error)
  return error
}

/** True only when the call behind this error certainly never left this process (no connection could be made, or it was cancelled before); false when the server may have seen it. */
export function wasNeverSent(error: unknown): boolean {
  return typeof error === 'object' && error !== null && neverSent.has(error)
}
