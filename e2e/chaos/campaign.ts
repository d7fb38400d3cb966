import { setTimeout as sleep } from 'node:timers/promises'
import type { RunningMesh } from '../mesh.js'
import type { History } from './history.js'
import { inject } from './inject.js'
import type { Meter } from './meter.js'
import { FAULT_KINDS, faultPlan, type FaultKind } from './plan.js'
import { say } from './progress.js'
import type { Pulse } from './pulse.js'
import type { Random } from './random.js'

/** One fault that has happened. */
export interface FaultReport {
  readonly kind: FaultKind
  readonly target: string
  /** From its beginning until everything ran again. */
  readonly healedAfterMs: number
  /** From its beginning until votes were answered normally; Infinity when that did not come. */
  readonly normalAfterMs: number
}

export interface Campaign {
  readonly mesh: RunningMesh
  readonly history: History
  readonly pulse: Pulse
  readonly meter: Meter
  readonly random: Random
  readonly seconds: number
  /** Told what is under way. */
  readonly note: (what: string) => void
}

/** Beyond C7, for machines are shared. */
export const NORMAL_WITHIN_MS = 60_000
/** A fault and its healing take about this long, and calm is to come after the last one. */
const LAST_FAULT_S = 15

/** Lets one fault after the other happen until the time is over and every kind has happened; resolves to all of them. */
export const runCampaign = async (campaign: Campaign): Promise<readonly FaultReport[]> => {
  const { meter, random, seconds, pulse } = campaign
  const startedMs = performance.now()
  const leftS = (): number => seconds - (performance.now() - startedMs) / 1_000
  const reports: FaultReport[] = []
  const isComplete = (): boolean => FAULT_KINDS.every((kind) => reports.some((each) => each.kind === kind))
  await pulse.untilNormal(startedMs, NORMAL_WITHIN_MS)
  meter.calm()
  for (const fault of faultPlan(random)) {
    if (isComplete() && leftS() < LAST_FAULT_S) break
    campaign.note('all is well')
    await sleep(fault.calmMs)
    meter.broken()
    campaign.note(`${fault.kind} (${fault.target})`)
    const report = await suffer(campaign, fault)
    reports.push(report)
    if (report.normalAfterMs === Infinity) break
    meter.calm()
  }
  campaign.note('all is well')
  await sleep(Math.max(0, leftS()) * 1_000)
  meter.broken()
  say(recoveryOf(reports))
  return reports
}

const inSeconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`

/** How long votes took to be normal again, over all faults. */
const recoveryOf = (reports: readonly FaultReport[]): string => {
  const sorted = reports.toSorted((one, other) => one.normalAfterMs - other.normalAfterMs)
  const [median, slowest] = [sorted[sorted.length >> 1], sorted.at(-1)]
  if (!median || !slowest) return 'no fault has happened'
  return (
    `${reports.length} faults; votes were normal again after ${inSeconds(median.normalAfterMs)} (median), ` +
    `${inSeconds(slowest.normalAfterMs)} at most (${slowest.kind})`
  )
}

const suffer = async (
  { mesh, history, pulse }: Campaign,
  fault: Parameters<typeof inject>[1],
): Promise<FaultReport> => {
  const beganMs = performance.now()
  await inject(mesh, fault, history)
  const healedMs = performance.now()
  const tookMs = await pulse.untilNormal(healedMs, NORMAL_WITHIN_MS)
  const report = {
    ...{ kind: fault.kind, target: fault.target, healedAfterMs: healedMs - beganMs },
    normalAfterMs: healedMs - beganMs + tookMs,
  }
  const [healed, normal] = [report.healedAfterMs, report.normalAfterMs].map(inSeconds)
  say(`${fault.kind} (${fault.target}): healed after ${healed}, votes are normal after ${normal}`)
  return report
}
