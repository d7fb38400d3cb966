import { expect, test } from '@jest/globals'
import { aRegistry } from '@votestream/testing'
import { aFolded } from '../../../test/builders.js'
import { exposeFoldLag, exposeForeignLog } from './fold-lag.js'
import { prometheusVoteMeter } from './vote-meter.js'

test('counts where verdicts came from, what left no trace, and the partitions that were left out', async () => {
  const registry = aRegistry()
  const meter = prometheusVoteMeter(registry)

  for (const way of ['fold', 'fold', 'progress', 'lookup'] as const) meter.decided(way)
  meter.unrecorded()
  meter.folded(aFolded({ busy: [1, 2], fenced: [{ partition: 0, bookmark: 1 }] }), 0.001)

  const lines = (await registry.metrics()).split('\n').filter((line) => !line.startsWith('#'))
  expect(lines.filter((line) => /verdicts_told|unrecorded|_busy_|_fenced_/.test(line))).toEqual([
    expect.stringMatching(/^votestream_fold_fenced_total\S* 1$/),
    expect.stringMatching(/^votestream_fold_busy_total\S* 2$/),
    expect.stringMatching(/^votestream_verdicts_told_total\{.*way="fold".*\} 2$/),
    expect.stringMatching(/^votestream_verdicts_told_total\{.*way="progress".*\} 1$/),
    expect.stringMatching(/^votestream_verdicts_told_total\{.*way="lookup".*\} 1$/),
    expect.stringMatching(/^votestream_unrecorded_ballots_total\S* 1$/),
  ])
})

test('a partition that moved to another process is no longer in the lag', async () => {
  const registry = aRegistry()
  let lag = new Map([
    [0, 5],
    [1, 7],
  ])
  exposeFoldLag(registry, { lag: () => lag, waitingMs: () => new Map() })
  await registry.metrics()

  lag = new Map([[1, 0]])

  const lines = (await registry.metrics())
    .split('\n')
    .filter((line) => line.startsWith('votestream_fold_lag'))
  expect(lines).toEqual([expect.stringMatching(/partition="1".* 0$/)])
})

test('what waits is told in seconds, and whether the log is foreign as 0 or 1', async () => {
  const registry = aRegistry()
  let foreign = false
  exposeFoldLag(registry, { lag: () => new Map(), waitingMs: () => new Map([[3, 2_500]]) })
  exposeForeignLog(registry, () => foreign)
  const lines = async (): Promise<string[]> =>
    (await registry.metrics()).split('\n').filter((line) => line.startsWith('votestream_'))

  const before = await lines()
  foreign = true

  expect(before).toEqual(['votestream_fold_waiting_seconds{partition="3"} 2.5', 'votestream_log_foreign 0'])
  expect(await lines()).toContain('votestream_log_foreign 1')
})
