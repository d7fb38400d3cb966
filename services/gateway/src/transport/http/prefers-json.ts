/** A media range with its weight, and how exactly it fits. */
const weightOf = (ranges: readonly string[], type: string): number => {
  const [family = ''] = type.split('/')
  for (const name of [type, `${family}/*`, '*/*']) {
    const range = ranges.find((each) => each.split(';')[0]?.trim().toLowerCase() === name)
    if (range === undefined) continue
    const weight = /;\s*q=([01](?:\.\d{0,3})?)\s*$/i.exec(range)?.[1]
    return weight === undefined ? 1 : Number(weight)
  }
  return 0
}

/** True when an Accept header names application/json and no kind of text that it likes better. */
export const prefersJson = (accept: string | undefined): boolean => {
  const ranges = accept?.split(',') ?? []
  const named = ranges.some((range) => /^\s*application\/json\s*(;|$)/i.test(range))
  return named && weightOf(ranges, 'application/json') >= weightOf(ranges, 'text/plain')
}
