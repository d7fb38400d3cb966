import { afterAll, beforeAll } from '@jest/globals'
import { storesOf, type Stores } from '../accounts/stores.js'
import { openRest, type Rest } from '../client/rest.js'
import { startMesh, type MeshOptions, type RunningMesh } from '../mesh.js'

/** A mesh that a block of tests is about, wherever it runs; ready from the block's beforeAll on. */
export interface PublicSubject {
  /** With Kafka and Redis: known before the mesh runs, so that tests can say what differs. */
  readonly full: boolean
  readonly mesh: Pick<RunningMesh, 'url'>
  readonly rest: Rest
  stores(): Promise<Stores>
}

/** A mesh of this machine. */
export interface Subject extends PublicSubject {
  readonly mesh: RunningMesh
}

/** Starts a mesh before the first test of the calling block and stops it after the last one. */
export const aMesh = (options: MeshOptions): Subject => {
  let running: { readonly mesh: RunningMesh; readonly rest: Rest } | undefined
  const theOne = (): NonNullable<typeof running> => {
    if (running === undefined) throw new Error('the mesh is not running yet')
    return running
  }
  beforeAll(async () => {
    const mesh = await startMesh(options)
    running = { mesh, rest: openRest(mesh.url) }
  })
  afterAll(async () => {
    running?.rest[Symbol.dispose]()
    await running?.mesh.stop()
  })
  return {
    full: options.full ?? false,
    get mesh() {
      return theOne().mesh
    },
    get rest() {
      return theOne().rest
    },
    stores: () => storesOf(theOne().mesh.runFolder),
  }
}
