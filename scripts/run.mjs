import { spawn } from 'node:child_process'
import { alsoHeldBy } from './lock.mjs'

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
    const pass = (signal) => child.kill(signal)
    let stopped = false
    const handlers = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => [
      signal,
      () => {
        stopped = true
        pass(signal)
      },
    ])
    for (const [signal, handler] of handlers) process.on(signal, handler)
    const settle = () => {
      for (const [signal, handler] of handlers) process.off(signal, handler)
    }
    child.once('error', (error) => {
      settle()
      reject(expectedError(`cannot run ${command}: ${error.message}`))
    })
    child.once('exit', (code) => {
      settle()
      if (stopped) process.exit(130)
      resolve(code ?? 1)
    })
  })
}
