/** What really happened in one run or many: a simulator in which nothing happens must not look green. */
export class Coverage {
  readonly #counts = new Map<string, number>()

  count(what: string, times = 1): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + times)
  }

  add(counts: Readonly<Record<string, number>>): void {
    for (const [what, times] of Object.entries(counts)) this.count(what, times)
  }

  of(what: string): number {
    return this.#counts.get(what) ?? 0
  }

  toJSON(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)))
  }
}

/** What 500 seeds must have brought about, each at least once. */
export const EXPECTED = [
  ...['200', '202', '503', '504', 'cut'].map((status) => `answer ${status}`),
  ...['ALREADY_VOTED', 'IDEMPOTENCY_KEY_REUSED', 'POLL_CLOSED', 'QUARANTINED'].map(
    (reason) => `rejected ${reason}`,
  ),
  ...['fold', 'progress', 'lookup', 'memory'].map((way) => `decided by ${way}`),
  ...['commit unknown', 'busy', 'fenced', 'zombie commit', 'idle session ended', 'poll row awaited'],
  ...[
    'quarantined',
    'duplicate record',
    'append lost',
    'append unheard',
    'append in part',
    'append untold',
    'append late',
  ],
  ...['closed', 'close again', 'counted after the end'],
  ...['replayed stretch', 'rebalance', 'member expelled', 'stale heartbeat'],
  ...['consumer crashed', 'republished', 'store unhealthy', 'bus message lost', 'call cut', 'call lost'],
  ...['refused OVERLOADED', 'stale read', 'verdict 404', 'verdict pending', 'direct log', 'lock lost'],
  ...[
    'crash',
    'freeze',
    'crash at commit',
    'freeze at commit',
    'crash at append',
    'freeze at append',
    'kafka away',
    'kafka frozen',
    'database away',
    'database frozen',
    'redis away',
  ].map((fault) => `fault ${fault}`),
]
