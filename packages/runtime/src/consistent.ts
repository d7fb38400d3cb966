import type { z } from 'zod'

/**
 * Adds to a schema what its settings must not be together: `faultsOf` gets them when each is good by itself, and says what is wrong, a line
 * that begins with the variable's name for each fault.
 */
export const consistent = <S extends z.ZodObject>(
  schema: S,
  faultsOf: (read: z.output<S>) => readonly string[],
): S =>
  schema.superRefine((read, context) => {
    if (context.issues.length > 0) return
    for (const message of faultsOf(read)) context.addIssue({ code: 'custom', message })
  })
