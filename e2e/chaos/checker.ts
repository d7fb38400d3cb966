import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('../..', import.meta.url))

/** What the checker said of a folder; 0 is that all is well. */
export interface Judgement {
  readonly code: number | null
  readonly text: string
}

/** Which one `npm test` has found. */
const { VOTESTREAM_TEST_PYTHON: python = 'python3' } = process.env

/** Runs the checker over a history and its stores; everything that it can check must be there. */
export const judge = (folder: string): Promise<Judgement> =>
  new Promise((resolve, reject) => {
    const child = spawn(python, ['checker', folder, '--require-all'], { cwd: repository })
    let text = ''
    for (const output of [child.stdout, child.stderr])
      output.setEncoding('utf8').on('data', (part: string) => (text += part))
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, text }))
  })
