/** sysexits.h: something is wrong with the configuration; the services use the same one. */
export const EXIT_CONFIG = 78

/** A failure that the message explains in full: it is shown alone, without a stack, and ends us with `exitCode`. */
export class ExpectedFailure extends Error {
  override readonly name = 'ExpectedFailure'

  constructor(
    message: string,
    readonly exitCode = 1,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** What to tell somebody about a failure: our own messages are enough, anything else needs its stack. */
export function describeFailure(error: unknown): string {
  if (error instanceof ExpectedFailure) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
