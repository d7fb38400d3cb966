import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What one run is told by scripts/chaos.mjs. */
export interface ChaosSettings {
  /** How long the load lasts at least; it goes on until each kind of fault has happened. */
  readonly seconds: number
  /** Decides the order and the moments of the faults. */
  readonly seed: number
  /** Where the history and the stores are left. */
  readonly folder: string
}

const SMOKE_SECONDS = 180

/** The settings of the surroundings; without the script a smoke with a seed and a folder of its own. */
export const chaosSettings = (env: NodeJS.ProcessEnv = process.env): ChaosSettings => ({
  seconds: Number(env.VOTESTREAM_CHAOS_SECONDS ?? SMOKE_SECONDS),
  seed: Number(env.VOTESTREAM_CHAOS_SEED ?? Date.now() % 2 ** 32),
  folder: env.VOTESTREAM_CHAOS_FOLDER ?? mkdtempSync(join(tmpdir(), 'votestream-chaos-')),
})
