import type { Logger } from './logger.js'

/** A part of a service that has to be started or stopped. */
export interface Component {
  start?(): Promise<void>
  stop?(): Promise<void>
}

/** A whole service, wired but not yet running. */
export interface Service {
  start(): Promise<void>
  stop(): Promise<void>
}

/**
 * Starts components in key order and stops them in reverse. A failed start stops what had started; every stop is attempted,
 * whatever the others do, and their failures are thrown together.
 */
export const lifecycle = (logger: Logger, components: Readonly<Record<string, Component>>): Service => {
  const started: [name: string, component: Component][] = []
  let starting: Promise<void> | undefined
  let stopping: Promise<void> | undefined

  const startAll = async (): Promise<void> => {
    for (const [name, component] of Object.entries(components)) {
      if (stopping !== undefined) throw new Error(`stopped before ${name} was started`)
      logger.debug({ component: name }, 'starting')
      await component.start?.()
      started.push([name, component])
    }
  }

  const stopStarted = async (): Promise<Error[]> => {
    const failures: Error[] = []
    for (const [name, component] of started.splice(0).reverse()) {
      logger.debug({ component: name }, 'stopping')
      try {
        await component.stop?.()
      } catch (error) {
        failures.push(new Error(`${name} did not stop`, { cause: error }))
      }
    }
    return failures
  }

  const startOrStop = async (): Promise<void> => {
    try {
      await startAll()
    } catch (error) {
      const failures = await stopStarted()
      if (failures.length === 0) throw error
      throw new AggregateError([error, ...failures], 'the start failed, and so did the stop after it', {
        cause: error,
      })
    }
  }

  const stopAll = async (): Promise<void> => {
    await starting?.catch(() => undefined) // start() itself tells its caller
    const failures = await stopStarted()
    if (failures.length > 0)
      throw new AggregateError(failures, failures.map((failure) => failure.message).join('; '))
  }

  return {
    start: () => (starting ??= startOrStop()),
    stop: () => (stopping ??= stopAll()),
  }
}
