import type { SimProcess } from '../kernel/process.js'
import type { World } from './world.js'

/** After this the group drops a member that says nothing; its last heartbeat was up to half a second earlier. */
const SESSION_TIMEOUT_MS = 6_000
const HEARTBEAT_INTERVAL_MS = 500

/** What kafkajs throws for an answer of the group. */
export const groupError = (type: string): Error =>
  Object.assign(new Error(type), { name: 'KafkaJSProtocolError', type })

/** One member, as the group's coordinator sees it. */
export interface Member {
  readonly id: string
  readonly process: SimProcess
  /** Has the member join again; it learns so from a heartbeat. */
  readonly onRebalance: () => void
  readonly onAssigned: (generation: number, partitions: readonly number[]) => void
}

/** The coordinator of the consumer group: members, generations, and who has which partitions. */
export class GroupModel {
  readonly #world: World
  readonly #partitions: () => number
  readonly #members = new Map<string, Member>()
  readonly #joined = new Set<string>()
  #generation = 0
  #stable = true

  constructor(world: World, partitions: () => number) {
    this.#world = world
    this.#partitions = partitions
  }

  /** A member joins, or joins again: all others have to as well. */
  join(member: Member): void {
    this.#members.set(member.id, member)
    if (this.#stable) this.#rebalance()
    this.#joined.add(member.id)
    this.#settle()
  }

  leave(id: string): void {
    if (!this.#members.delete(id)) return
    this.#joined.delete(id)
    if (this.#stable) this.#rebalance()
    this.#settle()
  }

  /** Throws what the coordinator answers to a member that is not, or no longer, in its generation. */
  heartbeat(id: string, generation: number): void {
    const why = this.#whyStale(id, generation)
    if (why === undefined) return
    this.#world.coverage.count('stale heartbeat')
    throw groupError(why)
  }

  /** A process died or stands still: its members are dropped unless they are heard again in time. */
  silent(process: SimProcess): void {
    const { kernel } = this.#world
    const sinceMs = kernel.nowMs
    const waitMs = SESSION_TIMEOUT_MS - kernel.random.below(HEARTBEAT_INTERVAL_MS)
    kernel.after(waitMs, `kafka: ${process.name} is silent since ${Math.round(sinceMs)}`, () => {
      if (process.alive && !process.frozen) return
      for (const member of [...this.#members.values()])
        if (member.process === process) {
          this.#world.coverage.count('member expelled')
          this.leave(member.id)
        }
    })
  }

  /** A client ended without the coordinator's hearing of it. */
  expire(id: string): void {
    this.#world.kernel.after(SESSION_TIMEOUT_MS, `kafka: member ${id} expires`, () => this.leave(id))
  }

  /** Shares the partitions anew, as when a broker that coordinates dies. */
  shake(): void {
    if (this.#members.size > 0 && this.#stable) this.#rebalance()
  }

  #whyStale(id: string, generation: number): string | undefined {
    if (!this.#members.has(id)) return 'UNKNOWN_MEMBER_ID'
    if (!this.#stable) return 'REBALANCE_IN_PROGRESS'
    return generation === this.#generation ? undefined : 'ILLEGAL_GENERATION'
  }

  #rebalance(): void {
    this.#stable = false
    this.#joined.clear()
    this.#world.coverage.count('rebalance')
    const { random } = this.#world.kernel
    for (const { id, process, onRebalance } of this.#members.values())
      process.deliver(random.next() * HEARTBEAT_INTERVAL_MS, 'kafka: heartbeat', () => {
        if (!this.#stable && !this.#joined.has(id)) onRebalance()
      })
  }

  #settle(): void {
    if (this.#stable || this.#members.size === 0 || this.#joined.size < this.#members.size) return
    this.#stable = true
    this.#generation += 1
    const members = [...this.#members.values()]
    const first = this.#world.kernel.random.below(members.length)
    const shares = members.map((): number[] => [])
    for (let partition = 0; partition < this.#partitions(); partition++)
      shares[(first + partition) % members.length]?.push(partition)
    members.forEach(({ onAssigned }, index) => onAssigned(this.#generation, shares[index] ?? []))
  }
}
