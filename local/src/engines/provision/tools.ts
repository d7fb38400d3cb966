import { execFile } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

/** Finds a program on the PATH as a shell would; empty and relative entries are passed over. */
export const findProgram = (name: string, env: NodeJS.ProcessEnv): string | undefined =>
  (env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, name))
    .find((path) => isProgram(path))

/** Tells whether we may run the file. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

export interface ToolRun {
  readonly program: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly folder?: string
  readonly limitMs: number
  readonly signal?: AbortSignal | undefined
}

/** A tool that ran and failed; the message holds the last of what it said. */
export class ToolFailure extends Error {}

/** Enough of a tool's complaint to see why: Maven repeats itself at length. */
const KEPT_LINES = 8

/** Runs a tool to its end and resolves to everything it wrote; rejects with a ToolFailure. */
export function runTool({ program, args, env, folder, limitMs, signal }: ToolRun): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      env,
      timeout: limitMs,
      ...(signal && { signal }),
      ...(folder !== undefined && { cwd: folder }),
    }
    execFile(program, args, options, (error, stdout, stderr) => {
      const said = `${stdout}\n${stderr}`.trim()
      if (error === null) {
        resolve(said)
        return
      }
      const late =
        error.killed === true && signal?.aborted !== true ? ` (stopped after ${limitMs / 1000} s)` : ''
      const last = said.split('\n').slice(-KEPT_LINES)
      reject(new ToolFailure([`${program} failed${late}:`, ...last].join('\n'), { cause: error }))
    })
  })
}
