import { readFileSync } from 'node:fs'
import { inRepository } from '../repository.js'

/** Prints the help, which is a plain file: on a new clone it is shown before anything is installed. */
export function showHelp(): number {
  process.stdout.write(readFileSync(inRepository('local/help.txt'), 'utf8'))
  return 0
}
