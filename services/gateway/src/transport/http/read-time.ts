import { z } from 'zod'

/** RFC 3339, with seconds, at most milliseconds, and Z or an offset. */
const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,3})?([Zz]|[+-]\d{2}:\d{2})$/
const FAULT = 'must be a time such as 2026-11-23T10:00:00.000Z'
const US_PER_MS = 1_000

/** Undefined for a time that no calendar has: JavaScript would take February 30 for March 2. */
const microsecondsOf = (text: string): number | undefined => {
  if (!RFC_3339.test(text)) return undefined
  const [date = '', time = ''] = text.toUpperCase().split('T')
  const ms = Date.parse(`${date}T${time}`)
  const day = new Date(`${date}T00:00:00Z`)
  const isDay = !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date)
  return isDay && ms > 0 ? ms * US_PER_MS : undefined
}

/** A time in a body, in microseconds since 1970-01-01T00:00:00Z; null and missing mean none. */
export const time = () =>
  z
    .string()
    .transform((text, context): number => {
      const microseconds = microsecondsOf(text)
      if (microseconds !== undefined) return microseconds
      context.addIssue({ code: 'custom', message: FAULT })
      return z.NEVER
    })
    .nullable()
    .optional()
