/** Functions that are all called with the same values. */
export interface Listeners<Values extends readonly unknown[] = []> {
  /** Returns how to take it away again. */
  readonly add: (listener: (...values: Values) => void) => () => void
  readonly call: (...values: Values) => void
  readonly size: () => number
}

export const makeListeners = <Values extends readonly unknown[] = []>(): Listeners<Values> => {
  // Wrapped, so that one function added twice is two listeners.
  const entries = new Set<{ readonly listener: (...values: Values) => void }>()
  return {
    add: (listener) => {
      const entry = { listener }
      entries.add(entry)
      return () => void entries.delete(entry)
    },
    call: (...values) => {
      for (const { listener } of entries) listener(...values)
    },
    size: () => entries.size,
  }
}
