import { decodeRecord, type Genesis } from './record-codec.js'

/** The first record of a partition that is still there. */
export interface FirstRecord {
  readonly partition: number
  readonly offset: number
  readonly value: Buffer | null
}

/** Why a partition that begins like this is not one of the expected log; undefined when it is. */
export const whyForeign = (first: FirstRecord, expected: Genesis): string | undefined => {
  const { partition, offset, value } = first
  if (offset !== 0) return `partition ${partition} begins at offset ${offset}, its Genesis is gone`
  const record = decodeRecord(value, partition, 0)
  if (!('genesis' in record)) return `partition ${partition} does not begin with a Genesis`
  const { logId, partitions } = record.genesis
  if (logId !== expected.logId)
    return `partition ${partition} belongs to the log ${logId}, the database to ${expected.logId}`
  if (partitions !== expected.partitions)
    return `partition ${partition} is one of ${partitions}, the database was counted from ${expected.partitions}`
  return undefined
}
