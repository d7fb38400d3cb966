import type { IncomingMessage } from 'node:http'
import type { BlockList } from 'node:net'
import type { Admission, OpenStreams } from '../../app/open-streams.js'
import type { Place, WatchPoll } from '../../app/watch-poll.js'
import { clientAddress, limitKey } from './client-address.js'

/** A viewer that may come in: a place in the room, and one of the replica's streams. */
export interface Welcome {
  readonly place: Place
  readonly admission: Admission
  /** Gives both back; to be called once the stream is gone, or never came to be. */
  readonly leave: () => void
}

/** Lets a viewer in; throws AppErrors. */
export type Reception = (request: IncomingMessage, pollId: number, requestId: string) => Promise<Welcome>

const EVENT_ID = /^[0-9]{1,16}$/

/** The newest version that a reconnecting client of /events has seen; 0 when it does not say. */
const seenVersionOf = ({ headers }: IncomingMessage): number => {
  const id = String(headers['last-event-id'] ?? '')
  return EVENT_ID.test(id) ? Number(id) : 0
}

interface ReceptionDeps {
  readonly streams: OpenStreams
  readonly watchPoll: WatchPoll
  readonly trustedProxies: BlockList
}

export const makeReception =
  ({ streams, watchPoll, trustedProxies }: ReceptionDeps): Reception =>
  async (request, pollId, requestId) => {
    const admission = streams.admit(limitKey(clientAddress(request, trustedProxies)))
    try {
      const place = await watchPoll(pollId, { requestId, seenVersion: seenVersionOf(request) })
      const leave = (): void => {
        place.leave()
        admission.close()
      }
      return { place, admission, leave }
    } catch (error) {
      admission.close()
      throw error
    }
  }
