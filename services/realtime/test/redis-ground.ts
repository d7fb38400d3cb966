import { redisBus } from '@votestream/bus'
import { createRegistry } from '@votestream/runtime'
import { silentLogger, tcpProxy, testRedis, type TcpProxy } from '@votestream/testing'
import type { Config } from '../src/config.js'
import type { Ground } from './ground.js'
import { openMeshOn, type Mesh } from './mesh.js'

export interface RedisGround extends Ground {
  /** realtime's way to Redis; votes' own way is another. */
  readonly redis: TcpProxy
}

/** A part of the test server for the bus of one mesh. */
const openRedisGround = async (): Promise<RedisGround> => {
  const { url, prefix } = testRedis()
  const { hostname, port } = new URL(url)
  const redis = await tcpProxy({ host: hostname, port: Number(port) })
  return {
    redis,
    realtimeBus: { redis: { url: redis.through(url), prefix } },
    makeBus: () =>
      redisBus({
        ...{ url, prefix, listen: ['connections'] },
        ...{ logger: silentLogger, registry: createRegistry('test') },
      }),
    [Symbol.asyncDispose]: () => redis.close(),
  }
}

/** A mesh on a bus over Redis. */
export const openRedisMesh = async (settings: Partial<Config> = {}): Promise<Mesh & RedisGround> => {
  const ground = await openRedisGround()
  const mesh = await openMeshOn(ground, settings)
  return { ...ground, ...mesh }
}
