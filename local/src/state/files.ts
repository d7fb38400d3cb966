import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs'

/** Replaces a file by a whole new one, readable for us alone: a reader sees the old text or the new. */
export function replaceFile(path: string, text: string): void {
  const draft = `${path}.draft`
  // flush: after a power cut the name must not lead to an empty file.
  writeFileSync(draft, text, { mode: 0o600, flush: true })
  renameSync(draft, path)
}

/** Makes a rename in a folder survive a power cut. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
