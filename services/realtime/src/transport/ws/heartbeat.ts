import type { Clock } from '@votestream/runtime'
import type { WebSocket } from 'ws'

/** Pings a client for as long as it is there, and cuts off one that did not answer by the next ping. */
export const keepHeartbeat = (ws: WebSocket, everyMs: number, clock: Clock): void => {
  let answered = true
  const beat = (): void => {
    if (!answered) {
      ws.terminate()
      return
    }
    answered = false
    ws.ping()
    timer = clock.setTimeout(beat, everyMs)
  }
  let timer = clock.setTimeout(beat, everyMs)
  ws.on('pong', () => (answered = true))
  ws.once('close', () => timer.cancel())
}
