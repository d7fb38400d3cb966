import { z } from 'zod'

/** A schema and, outermost first, the ones that it wraps (default, optional, readonly, pipe). */
export const layersOf = (schema: z.core.$ZodType | undefined): z.core.$ZodType[] => {
  if (schema === undefined) return []
  if (schema instanceof z.ZodPipe) return [schema, ...layersOf(schema.in)]
  if (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodReadonly
  )
    return [schema, ...layersOf(schema.unwrap())]
  return [schema]
}
