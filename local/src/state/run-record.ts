import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { ProcessId } from '../processes/process-id.js'
import { replaceFile } from './files.js'

const processId = z.object({ pid: z.int().positive(), startedAt: z.string() })

const runRecord = z.object({
  launcher: processId,
  /** By service; `postgres-guard` and `postgres` are the database's two. */
  processes: z.record(z.string(), processId),
  ports: z.record(z.string(), z.int()),
  url: z.string(),
})

/** What runs in a state folder: run.json, written at every change, removed when a run ends in order. */
export interface RunRecord {
  readonly launcher: ProcessId
  readonly processes: Readonly<Record<string, ProcessId>>
  readonly ports: Readonly<Record<string, number>>
  /** The public address; empty until it is known. */
  readonly url: string
}

/** The path of the record of what runs in `state`. */
export const runRecordPath = (state: string): string => join(state, 'run.json')

/** Reads the record; undefined when there is none, or none that makes sense. */
export function readRunRecord(state: string): RunRecord | undefined {
  try {
    return runRecord.parse(JSON.parse(readFileSync(runRecordPath(state), 'utf8')))
  } catch {
    return undefined
  }
}

/** Replaces the record. */
export const writeRunRecord = (state: string, record: RunRecord): void =>
  replaceFile(runRecordPath(state), formatRunRecord(record))

/** Removes the record: nothing of the run is left. */
export const removeRunRecord = (state: string): void => rmSync(runRecordPath(state), { force: true })

/** The record as it is stored. */
export const formatRunRecord = (record: RunRecord): string => `${JSON.stringify(record, null, 2)}\n`
