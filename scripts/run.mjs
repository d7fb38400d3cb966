import { spawn } from 'node:child_process'
import { alsoHeldBy } from './lock.mjs'

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']
/** `npm ci` may need two signals; half an installation is repaired by the next one. */
const STOP_GRACE_MS = 2000
const EXIT_INTERRUPTED = 130

/** A failure that is told in one line, without a stack. */
export function expectedError(message) {
  return Object.assign(new Error(message), { expected: true })
}

/**
 * Runs a command on this terminal, under the lock, and resolves to its exit code. A signal to us ends the command first,
 * then us: `npm ci` or a compiler that outlived its starter would work against the next start.
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options })
    if (child.pid) alsoHeldBy(child.pid)
    let stopped = false
    const stop = (signal) => {
      stopped = true
      child.kill(signal)
      setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS).unref()
    }
    const settle = () => STOP_SIGNALS.forEach((signal) => process.off(signal, stop))
    STOP_SIGNALS.forEach((signal) => process.on(signal, stop))
    child.once('error', (error) => {
      settle()
      reject(expectedError(`cannot run ${command}: ${error.message}`))
    })
    child.once('exit', (code) => {
      settle()
      if (stopped) process.exit(EXIT_INTERRUPTED)
      resolve(code ?? 1)
    })
  })
}
