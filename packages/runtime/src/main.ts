import { ConfigError } from './config-error.js'
import { createLogger, type Logger } from './logger.js'
import { DEFAULT_SHUTDOWN_GRACE_MS, commonSettings } from './settings.js'

/** What main() hands to a service: its process, as far as it may know it. */
export interface ServiceProcess {
  readonly env: NodeJS.ProcessEnv
  readonly logger: Logger
  /** Resolves when the service has been asked to stop. */
  readonly shutdown: Promise<void>
}

/** sysexits.h: something is wrong with the configuration. A supervisor need not try again. */
export const EXIT_CONFIG = 78
const EXIT_FAILURE = 1
// The shell's convention for a process that ended by a signal.
const EXIT_BY_SIGNAL = { SIGINT: 130, SIGTERM: 143 } as const
type StopSignal = keyof typeof EXIT_BY_SIGNAL

// What a stopped service left open is told in the log, but does not keep the process.
const LEAK_GRACE_MS = 500
// Node ends a process that only waits for a promise; the longest timer keeps it at no cost.
const KEEP_ALIVE_MS = 2 ** 31 - 1

const configErrorIn = (error: unknown): ConfigError | undefined => {
  if (error instanceof ConfigError) return error
  return error instanceof AggregateError
    ? error.errors.find((each) => each instanceof ConfigError)
    : undefined
}

const endWith = (error: unknown, logger: Logger): never => {
  const configError = configErrorIn(error)
  if (configError !== undefined) {
    process.stderr.write(`${configError.message}\n`)
    process.exit(EXIT_CONFIG)
  }
  logger.fatal({ err: error }, 'the service failed')
  process.exit(EXIT_FAILURE)
}

const endOnUncaught = (logger: Logger): void => {
  const end = (what: string) => (error: unknown) => {
    logger.fatal({ err: error }, what)
    process.exit(EXIT_FAILURE)
  }
  process.on('uncaughtException', end('uncaught exception'))
  process.on('unhandledRejection', end('unhandled rejection'))
}

/** Resolves on the first signal, or when the supervisor is gone; the same signal again ends the process at once. */
const stopRequest = (onRequest: (why: string) => void): Promise<void> =>
  new Promise((resolve) => {
    const seen = new Set<string>()
    const request = (why: string): void => {
      if (seen.size === 0) onRequest(why)
      seen.add(why)
      resolve()
    }
    for (const signal of Object.keys(EXIT_BY_SIGNAL) as StopSignal[])
      process.on(signal, () => {
        // Only the same one again is impatience: Ctrl-C reaches a whole process group as SIGINT, and then the supervisor's
        // SIGTERM follows.
        if (seen.has(signal)) process.exit(EXIT_BY_SIGNAL[signal])
        request(signal)
      })
    if (process.send !== undefined) process.once('disconnect', () => request('disconnect'))
  })

const armDeadline = (graceMs: number, logger: Logger): void => {
  setTimeout(() => {
    logger.fatal({ graceMs, open: process.getActiveResourcesInfo() }, 'did not stop in time')
    process.exit(EXIT_FAILURE)
  }, graceMs).unref()
}

const endWhenIdle = (logger: Logger): void => {
  process.exitCode = 0
  process.removeAllListeners('disconnect') // listening keeps the channel, and the channel keeps the process
  setTimeout(() => {
    logger.warn({ open: process.getActiveResourcesInfo() }, 'left open after the stop')
    process.exit(0)
  }, LEAK_GRACE_MS).unref()
}

/**
 * Runs a service as this process: signals and a lost supervisor resolve `shutdown`, and from then on SHUTDOWN_GRACE_MS is the
 * hard deadline. A ConfigError is printed once and exits with 78; any other failure is logged and exits with 1.
 */
export const main = (name: string, run: (process: ServiceProcess) => Promise<void>): void => {
  const { LOG_LEVEL, SHUTDOWN_GRACE_MS } = commonSettings
  // A bad value is told by the service's own schema, together with all the others.
  const level = LOG_LEVEL.catch('info').parse(process.env.LOG_LEVEL)
  const graceMs = SHUTDOWN_GRACE_MS.catch(DEFAULT_SHUTDOWN_GRACE_MS).parse(process.env.SHUTDOWN_GRACE_MS)
  const logger = createLogger(name, level)
  endOnUncaught(logger)
  const shutdown = stopRequest((why) => {
    logger.info({ why }, 'stopping')
    armDeadline(graceMs, logger)
  })
  const keepAlive = setInterval(() => undefined, KEEP_ALIVE_MS)
  run({ env: process.env, logger, shutdown }).then(
    () => {
      clearInterval(keepAlive)
      logger.info('stopped')
      endWhenIdle(logger)
    },
    (error: unknown) => endWith(error, logger),
  )
}
