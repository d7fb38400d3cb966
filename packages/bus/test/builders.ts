import type { ResultsState } from '../src/index.js'

export const aState = (
  pollId: number,
  version: number,
  counts: readonly number[] = [version],
): ResultsState => ({
  pollId,
  version,
  counts,
  status: 'open',
  asOfUs: 1_795_428_000_000_000 + (version % 2 ** 40),
})
