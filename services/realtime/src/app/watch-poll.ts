import { notFound } from '@votestream/errors'
import type { PollDefinitions, Viewer } from '../domain/ports.js'
import type { Rooms } from './rooms.js'
import type { Seat } from './seat.js'

/** A place that is kept for one viewer; `leave` gives it up, whether it was taken or not. */
export interface Place {
  /** Shows the viewer what is known now, and from then on every change. */
  take(viewer: Viewer): Seat
  leave(): void
}

/** `seenVersion` is the newest version that this client says it has seen; 0 for none. */
export type WatchPoll = (pollId: number, client: { requestId: string; seenVersion: number }) => Promise<Place>

/** Keeps a place in a poll's room, with a first document at hand. Throws not_found `POLL_NOT_FOUND`, or unavailable when nothing can be shown. */
export const makeWatchPoll =
  ({ definitions, rooms }: { definitions: PollDefinitions; rooms: Rooms }): WatchPoll =>
  async (pollId, { requestId, seenVersion }) => {
    const definition = await definitions.find(pollId, requestId)
    if (definition === undefined) throw notFound('POLL_NOT_FOUND', 'There is no such poll.')

    const room = rooms.enter(definition)
    let seat: Seat | undefined
    let left = false
    const leave = (): void => {
      if (left) return
      left = true
      if (seat !== undefined) room.unseat(seat)
      room.release()
    }
    try {
      await room.prepare(seenVersion)
    } catch (error) {
      leave()
      throw error
    }
    return { take: (viewer) => (seat = room.seat(viewer)), leave }
  }
