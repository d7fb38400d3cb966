const FNV_OFFSET_BASIS = 0x811c9dc5
const FNV_PRIME = 0x01000193

/**
 * The partition of a ballot: FNV-1a (32 bit) over the poll's id and the ballot key, modulo the number of partitions. A hot poll
 * uses all partitions; one voter's ballots meet in one.
 */
export const partitionOf = (pollId: number, ballotKey: string, partitions: number): number => {
  const key = `${pollId}/${ballotKey}`
  let hash = FNV_OFFSET_BASIS
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), FNV_PRIME)
  return (hash >>> 0) % partitions
}
