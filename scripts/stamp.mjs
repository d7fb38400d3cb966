import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stamps } from './paths.mjs'

/** Tells whether the step that is called `name` last ended well with exactly this fingerprint. */
export function hasStamp(name, fingerprint) {
  try {
    return readFileSync(join(stamps, name), 'utf8') === fingerprint
  } catch {
    return false
  }
}

/** Records that a step ended well; the rename keeps a half-written stamp from being believed. */
export function writeStamp(name, fingerprint) {
  mkdirSync(stamps, { recursive: true })
  const draft = join(stamps, `${name}.${process.pid}`)
  writeFileSync(draft, fingerprint)
  renameSync(draft, join(stamps, name))
}
