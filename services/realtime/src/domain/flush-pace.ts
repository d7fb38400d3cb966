/** At most 20 flushes a second: more than an eye can follow. */
export const FLUSH_INTERVAL_MS = 50

/** A flush is cut into slices of about this, so that pings, handshakes and probes are never kept waiting longer. */
export const SLICE_MS = 10

/** When the next flush may begin: after the interval, and after a rest as long as the last slice took, so that fan-out has half of the loop at most. */
export const nextFlushAtMs = (startedAtMs: number, lastSliceMs: number, endedAtMs: number): number =>
  Math.max(startedAtMs + FLUSH_INTERVAL_MS, endedAtMs + lastSliceMs)
