import { setTimeout as sleep } from 'node:timers/promises'
import { sqlOf } from '../engines/lost-log.js'
import { takeAway } from '../engines/outages.js'
import type { RunningMesh } from '../mesh.js'
import { askRecord, replicasOf } from '../run-record.js'
import { readUnfolded } from './quiet.js'

/** Some ten thousand records a second and more; a long run has some hundred thousand. */
const FOLDED_WITHIN_MS = 120_000
const LOOK_EVERY_MS = 200

/** Empties PostgreSQL's votes as docs/runbooks/rebuild-postgres.md says, and resolves once the whole log is folded again. */
export const refold = async (mesh: RunningMesh): Promise<void> => {
  const names = (await replicasOf(mesh.runFolder, 'votes')).map(({ name }) => name)
  const replicas = await Promise.all(names.map((name) => takeAway(mesh, name, 'stopped')))
  await askRecord(mesh.runFolder, await sqlOf('docs/runbooks/rebuild-postgres.md'))
  await Promise.all(replicas.map((replica) => replica.end()))
  const giveUpMs = performance.now() + FOLDED_WITHIN_MS
  for (;;) {
    const unfolded = await readUnfolded(mesh.runFolder)
    if (unfolded.length === 0) return
    if (performance.now() > giveUpMs) throw new Error(unfolded.join('\n'))
    await sleep(LOOK_EVERY_MS)
  }
}
