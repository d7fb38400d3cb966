import { setTimeout as sleep } from 'node:timers/promises'
import { TestEnvironment } from 'jest-environment-node'

/** What closes in the background (sockets after their last byte) gets this long after a suite's last test. */
const GRACE_MS = 1000
const POLL_MS = 10

/** Work that ends by itself, and jest's own. */
const PASSING = new Set([
  'FSReqCallback',
  'FSReqPromise',
  'GetAddrInfoReqWrap',
  'Immediate',
  'CloseReq',
  'WriteWrap',
  'TTYWrap',
])

/**
 * Node with one more rule: a suite that leaves a server, a socket, a process or a timer open fails, by name. Jest itself
 * only warns, or ends a worker by force and says nothing of the suite.
 */
export default class LeakCheckEnvironment extends TestEnvironment {
  #before = new Map()
  #path

  constructor(config, context) {
    super(config, context)
    this.#path = context.testPath
  }

  async setup() {
    await super.setup()
    this.#before = openResources()
  }

  async teardown() {
    const left = await this.#leftOpen()
    await super.teardown()
    if (left.length === 0) return
    const error = new Error(`left open after the last test: ${left.join(', ')}`)
    error.stack = `${error.message}\n    at ${this.#path}`
    throw error
  }

  async #leftOpen() {
    const deadline = performance.now() + GRACE_MS
    for (;;) {
      const left = [...openResources()].filter(([type, count]) => count > (this.#before.get(type) ?? 0))
      if (left.length === 0 || performance.now() >= deadline)
        return left.map(([type, count]) => `${type} (${count})`)
      await sleep(POLL_MS)
    }
  }
}

function openResources() {
  const counts = new Map()
  for (const type of process.getActiveResourcesInfo()) {
    if (!PASSING.has(type)) counts.set(type, (counts.get(type) ?? 0) + 1)
  }
  return counts
}
