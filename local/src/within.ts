import { ExpectedFailure } from './expected-failure.js'

/** Waits for `work`, but not longer than `limitMs`: then it fails, naming `what`. */
export async function within<T>(work: Promise<T>, limitMs: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new ExpectedFailure(`${what} was not ready within ${limitMs / 1000} s`)),
      limitMs,
    )
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
