import type { Redis } from 'ioredis'
import type { ReplicaConnections } from '../codec.js'

/** A replica's number of open streams as it lies in Redis. */
export interface KeptConnections {
  readonly connections: ReplicaConnections
  readonly agoMs: number
}

/** Reads what replicas last said, so that whoever begins to listen need not wait until each has repeated it. */
export const readKeptConnections = async (redis: Redis, key: string): Promise<KeptConnections[]> => {
  const [[seconds, microseconds], kept] = await Promise.all([redis.time(), redis.hgetall(key)])
  const nowMs = Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000)
  return Object.entries(kept).flatMap(([replica, value]) => {
    const [, count, heardAtMs] = /^(\d+)@(\d+)$/.exec(value) ?? []
    if (count === undefined || heardAtMs === undefined) return []
    return [{ connections: { replica, count: Number(count) }, agoMs: nowMs - Number(heardAtMs) }]
  })
}
