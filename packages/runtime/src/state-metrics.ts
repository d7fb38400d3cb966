import { Gauge, type Registry } from 'prom-client'

/** True or false, or null for what this process does not have. */
export type StateCheck = () => boolean | null | Promise<boolean | null>

export type EngineName = 'postgres' | 'kafka' | 'redis'

const unlessItFails = async (check: StateCheck): Promise<boolean | null> => {
  try {
    return await check()
  } catch {
    return false
  }
}

/** Asks, at each scrape, whether the engines answer this process: 1 or 0, and nothing for an engine that it does not have. */
export const exposeEngines = (
  registry: Registry,
  checks: Readonly<Partial<Record<EngineName, StateCheck>>>,
): void => {
  new Gauge({
    name: 'votestream_engine_up',
    help: 'Whether an engine answers this process',
    labelNames: ['engine'],
    registers: [registry],
    async collect() {
      const asked = Object.entries(checks).map(async ([engine, check]) => {
        const up = await unlessItFails(check)
        if (up !== null) this.set({ engine }, up ? 1 : 0)
      })
      await Promise.all(asked)
    },
  })
}

/** Shows, at each scrape, which breakers are open: 1 while what they protect is not asked. */
export const exposeBreakers = (registry: Registry, isOpen: Readonly<Record<string, () => boolean>>): void => {
  new Gauge({
    name: 'votestream_breaker_open',
    help: 'Whether a breaker is open: what it protects is not asked, and the way around it is taken',
    labelNames: ['breaker'],
    registers: [registry],
    collect() {
      for (const [breaker, read] of Object.entries(isOpen)) this.set({ breaker }, read() ? 1 : 0)
    },
  })
}
