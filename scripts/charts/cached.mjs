import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { signOfLife } from '../sign-of-life.mjs'

/**
 * Makes a folder once: `fill` gets a draft, which takes the name when all is done. Several may do it at the same time:
 * the first to be ready wins.
 */
export async function makeOnce(folder, what, fill) {
  if (existsSync(folder)) return folder
  console.log(`getting ${what} ...`)
  const life = signOfLife(`getting ${what}`)
  const draft = `${folder}.${process.pid}`
  try {
    mkdirSync(draft, { recursive: true })
    await fill(draft)
    try {
      renameSync(draft, folder)
    } catch (error) {
      if (!existsSync(folder)) throw error
    }
  } finally {
    life.stop()
    rmSync(draft, { recursive: true, force: true })
  }
  console.log(`got ${what} after ${life.seconds()} s`)
  return folder
}
