/** `kill -9` of `npm test` tells jest nothing, and its suites would go on for minutes without their engines. */
const POLL_MS = 1000

/** Ends jest, and the group of processes that it leads, once the process that started it is gone. */
export default class EndWithStarter {
  #timer
  #starter = process.ppid

  onRunStart() {
    this.#timer ??= setInterval(() => {
      if (process.ppid !== this.#starter) endGroup()
    }, POLL_MS).unref()
  }
}

function endGroup() {
  try {
    process.kill(-process.pid, 'SIGTERM')
  } catch {
    process.kill(process.pid, 'SIGTERM') // it leads no group
  }
}
