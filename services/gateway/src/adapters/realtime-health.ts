import { request } from 'node:http'
import type { HealthProbe } from '../domain/ports.js'

/** Asks realtime for its front page: that it answers at all, with whatever status, is the answer. */
export const realtimeHealth = ({
  host,
  port,
}: {
  readonly host: string
  readonly port: number
}): HealthProbe => ({
  check: (_name, timeoutMs) =>
    new Promise((resolve) => {
      const call = request({ host, port, method: 'HEAD', path: '/', agent: false })
      const timer = setTimeout(() => call.destroy(), timeoutMs)
      call.once('response', (answer) => {
        answer.resume()
        resolve(true)
      })
      call.once('error', () => resolve(false))
      call.once('close', () => {
        clearTimeout(timer)
        resolve(false)
      })
      call.end()
    }),
})
