/** Two partitions, so that the fold of several is exercised in every mode. */
export const DIRECT_PARTITIONS = 2
