import type { Component } from '@votestream/runtime'
import type { PollDefinition } from '../domain/results.js'
import { Broadcast } from './broadcast.js'
import { OpenRoom, type RoomDeps } from './open-room.js'

/** The open rooms, one for each watched poll. */
export class Rooms implements Component {
  readonly #deps: RoomDeps
  readonly #broadcast: Broadcast
  readonly #byPoll = new Map<number, OpenRoom>()
  /** Called whenever a room opens. */
  onOpened: () => void = () => undefined

  constructor(deps: Omit<RoomDeps, 'broadcast'>) {
    this.#broadcast = new Broadcast(deps)
    this.#deps = { ...deps, broadcast: this.#broadcast }
  }

  get size(): number {
    return this.#byPoll.size
  }

  [Symbol.iterator](): Iterator<OpenRoom> {
    return this.#byPoll.values()
  }

  /** The poll's room, opened when it is not; held for the caller. */
  enter(definition: PollDefinition): OpenRoom {
    const { pollId } = definition
    const present = this.#byPoll.get(pollId)
    const room = present ?? new OpenRoom(definition, this.#deps, () => this.#abandon(pollId))
    room.hold()
    if (present === undefined) {
      this.#byPoll.set(pollId, room)
      this.onOpened()
    }
    return room
  }

  /** Closes every room. */
  stop(): Promise<void> {
    this.#broadcast.stop()
    for (const pollId of [...this.#byPoll.keys()]) this.#abandon(pollId)
    return Promise.resolve()
  }

  #abandon(pollId: number): void {
    this.#byPoll.get(pollId)?.close()
    this.#byPoll.delete(pollId)
  }
}
