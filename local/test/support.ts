import { expect } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunningMesh } from '../../e2e/mesh.js'
import { identify, type ProcessId } from '../src/processes/process-id.js'

/** The processes of a mesh, as of now, by name. */
export async function identifyAll(mesh: RunningMesh): Promise<Record<string, ProcessId>> {
  const named = Object.entries(await mesh.pids()).map(([name, pid]) => [name, identify(pid)] as const)
  return Object.fromEntries(named.flatMap(([name, id]) => (id === undefined ? [] : [[name, id]])))
}

/** A busy machine may take longer than the second that a question for health has. */
export const expectHealthy = ({ url }: Pick<RunningMesh, 'url'>): Promise<void> =>
  eventually(async () => expect((await fetch(`${url}/health`)).status).toBe(200))

/** The names of those that still run. */
export const aliveOf = (processes: Readonly<Record<string, ProcessId>>): string[] =>
  Object.entries(processes).flatMap(([name, { pid, startedAt }]) =>
    identify(pid)?.startedAt === startedAt ? [name] : [],
  )

/** A folder for VOTESTREAM_STATE; removed at the end. */
export async function aStateFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'votestream-state-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) }
}
