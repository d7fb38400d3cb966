import { request } from 'node:http'
import type { HealthProbe } from '../domain/ports.js'

interface Address {
  readonly host: string
  readonly port: number
}

/** Asks each replica of realtime for its front page: that one answers at all, with whatever status, is the answer. */
export const realtimeHealth = (replicas: readonly Address[]): HealthProbe => ({
  check: (_name, timeoutMs) =>
    Promise.any(replicas.map((replica) => answers(replica, timeoutMs))).catch(() => false),
})

/** Rejects when no answer comes. */
const answers = ({ host, port }: Address, timeoutMs: number): Promise<true> =>
  new Promise((resolve, reject) => {
    const call = request({ host, port, method: 'HEAD', path: '/', agent: false })
    const timer = setTimeout(() => call.destroy(), timeoutMs)
    call.once('response', (answer) => {
      answer.resume()
      resolve(true)
    })
    call.once('error', reject)
    call.once('close', () => {
      clearTimeout(timer)
      reject(new Error('closed without an answer'))
    })
    call.end()
  })
