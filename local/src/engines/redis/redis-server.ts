import { mkdirSync } from 'node:fs'
import type { GuardedEngine } from '../guard/run-guard.js'
import { redisLine } from './redis-line.js'

export interface RedisOptions {
  readonly folder: string
  readonly program: string
  readonly port: number
  readonly stopGraceMs: number
}

const READY = 'Ready to accept connections'

/** A server as its guard runs it. It keeps nothing on the disk: all that lies in it can be rebuilt. */
export function redisServer({ folder, program, port, stopGraceMs }: RedisOptions): GuardedEngine {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const settings = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--daemonize',
    'no',
  ]
  return {
    service: 'redis',
    folder,
    ports: { redis: port },
    prepare: () =>
      Promise.resolve({
        name: 'Redis',
        program,
        args: settings,
        env: {},
        folder,
        readyLine: READY,
        stopGraceMs,
      }),
    readLine: redisLine,
  }
}
