import { availableParallelism } from 'node:os'
import TestRunner from 'jest-runner'

/** A mesh keeps about this many cores busy while a suite makes it vote, restart or recover. */
const CORES_A_MESH = 2

/**
 * Jest's own runner for suites that start whole meshes. Being another one it also runs after the quick suites instead
 * of beside them: jest runs the suites of one runner after those of another.
 */
export default class MeshRunner extends TestRunner {
  constructor(globalConfig, context) {
    const most = Math.max(1, Math.floor(availableParallelism() / CORES_A_MESH))
    super({ ...globalConfig, maxWorkers: Math.min(globalConfig.maxWorkers, most) }, context)
  }
}
