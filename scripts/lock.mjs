import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './paths.mjs'

const lockFile = join(root, '.votestream', 'install.lock')
const BEAT_MS = 1000
/** A holder that missed this many beats is dead, though its process id may live on as somebody else. */
const STALE_MS = 30 * BEAT_MS
const POLL_MS = 200

/** Runs `work` while no other start of this clone installs or builds: two `npm ci` in one folder destroy each other. */
export async function withLock(work) {
  let told = false
  while (!acquire()) {
    if (!told) console.log('Another VoteStream command is installing or building here: waiting for it ...')
    told = true
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  const beat = setInterval(() => touch(), BEAT_MS)
  const release = () => rmSync(lockFile, { force: true })
  process.once('exit', release)
  try {
    return await work()
  } finally {
    clearInterval(beat)
    process.off('exit', release)
    release()
  }
}

/** Names a process that works under the lock and would outlive a holder that is killed: `npm ci`, a compiler. */
export function alsoHeldBy(pid) {
  appendFileSync(lockFile, ` ${pid}`)
}

function acquire() {
  mkdirSync(dirname(lockFile), { recursive: true })
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    if (isStale()) rmSync(lockFile, { force: true })
    return false
  }
}

function isStale() {
  const found = statSync(lockFile, { throwIfNoEntry: false })
  if (!found) return false
  if (Date.now() - found.mtimeMs > STALE_MS) return true
  const pids = readFileSync(lockFile, 'utf8').split(' ').map(Number)
  return pids.every((pid) => pid > 0 && !exists(pid))
}

function exists(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function touch() {
  try {
    utimesSync(lockFile, new Date(), new Date())
  } catch {
    // Somebody took it for stale, for example after this machine slept; there is nothing better to do than to go on.
  }
}
