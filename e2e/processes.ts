import { expect } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { isReady } from './client/ops.js'
import { pidsIn, type RunningMesh } from './mesh.js'
import { portsOf } from './run-record.js'

/** A service loads for some 300 ms before it binds anything: early enough to stop it before. */
const LOOK_EVERY_MS = 5
const APPEARS_WITHIN_MS = 120_000
/** A service is ready in under a second; on a busy machine it takes some times that. */
const BACK_WITHIN_MS = 30_000

/**
 * Stops a process (SIGSTOP) in its first moments, other than the one with the id `not`, so that it is there and nobody answers at its
 * port, and the launcher goes on waiting for it; resolves to its id.
 */
export const freezeAtStart = async (runFolder: string, name: string, not?: number): Promise<number> => {
  const giveUpMs = performance.now() + APPEARS_WITHIN_MS
  for (;;) {
    const pid = (await pidsIn(runFolder))[name]
    if (pid !== undefined && pid !== not) {
      process.kill(pid, 'SIGSTOP')
      const { [name]: port } = await portsOf(runFolder)
      expect({ name, answers: await answers(port ?? 0) }).toEqual({ name, answers: false })
      return pid
    }
    if (performance.now() > giveUpMs) throw new Error(`${name} was not started`)
    await sleep(LOOK_EVERY_MS)
  }
}

/** Whether anybody takes connections at a port. */
const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

/** Resolves when a successor of process `former` is there and says that it is ready. */
export const untilBack = async (
  mesh: Pick<RunningMesh, 'pids' | 'runFolder'>,
  name: string,
  former: number,
): Promise<void> => {
  const { [`${name}Ops`]: port } = await portsOf(mesh.runFolder)
  await eventually(
    async () => {
      const pid = (await mesh.pids())[name]
      expect([name, pid !== undefined && pid !== former]).toEqual([name, true])
      expect([name, await isReady(`http://127.0.0.1:${port ?? 0}`)]).toEqual([name, true])
    },
    { timeoutMs: BACK_WITHIN_MS },
  )
}
