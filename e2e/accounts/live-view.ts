import { Redis } from 'ioredis'
import type { Stores } from './stores.js'

/** The copy of a poll's results that lies in Redis. */
export interface Copy {
  readonly pollId: number
  readonly version: number
  readonly counts: readonly number[]
}

/** Every copy that is in the Redis of a full mesh. */
export const readCopies = async ({ redis: url }: Stores): Promise<readonly Copy[]> => {
  const redis = new Redis(url ?? '')
  try {
    const keys = await redis.keys('results:*')
    const texts = keys.length === 0 ? [] : await redis.mget(keys)
    return keys.map((key, index) => copyOf(key, texts[index] ?? ''))
  } finally {
    redis.disconnect()
  }
}

const copyOf = (key: string, text: string): Copy => {
  const [pollId, version, , , counts] = JSON.parse(text) as [number, number, string, number, number[]]
  if (key !== `results:${pollId}`) throw new Error(`${key} has the results of poll ${pollId}`)
  return { pollId, version, counts }
}
