/** Two presses of Ctrl-C within this time mean: at once. */
const IMPATIENT_MS = 2000

/**
 * On a terminal Ctrl-C reaches us and npm, and npm sends it on to us: one press, two signals, some milliseconds apart.
 * Nobody presses twice as fast as this.
 */
const NPM_ECHO_MS = 150

export interface Presses {
  /** Judges a SIGINT that comes at `atMs`. */
  press(atMs: number): 'first' | 'again' | 'echo'
}

/** Tells a second Ctrl-C from the echo of the first. */
export function countPresses({ byNpm }: { readonly byNpm: boolean }): Presses {
  let lastMs = Number.NEGATIVE_INFINITY
  return {
    press(atMs) {
      const sinceMs = atMs - lastMs
      if (byNpm && sinceMs < NPM_ECHO_MS) return 'echo'
      lastMs = atMs
      return sinceMs <= IMPATIENT_MS ? 'again' : 'first'
    },
  }
}

export interface StopRequests {
  /** Aborts, with the reason in words, when we are asked to stop. */
  readonly stop: AbortSignal
  /** Aborts when stopping is to take no time. */
  readonly atOnce: AbortSignal
}

/** How soon the death of the npm that runs us is noticed: `kill -9` of npm tells its script nothing. */
const PARENT_POLL_MS = 1000

/** Listens for everything that may ask us to stop. */
export function listenForStop(env: NodeJS.ProcessEnv): StopRequests {
  const stop = new AbortController()
  const atOnce = new AbortController()
  const byNpm = env.npm_lifecycle_event !== undefined
  const presses = countPresses({ byNpm })
  process.on('SIGINT', () => {
    const press = presses.press(performance.now())
    if (press === 'again') atOnce.abort()
    if (press !== 'echo') stop.abort('Ctrl-C')
  })
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort(signal))
  if (byNpm) {
    const parent = process.ppid
    setInterval(() => {
      if (process.ppid !== parent) stop.abort('npm is gone')
    }, PARENT_POLL_MS).unref()
  }
  return { stop: stop.signal, atOnce: atOnce.signal }
}
