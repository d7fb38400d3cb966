import type { Topic } from '@votestream/bus/bus.js'
import { HEARTBEAT_MS, keepListening } from '@votestream/bus/keep-listening.js'
import type { Message } from '@votestream/bus/messages.js'
import type { Component } from '@votestream/runtime'
import type { Kernel } from '../kernel/kernel.js'
import type { SimProcess } from '../kernel/process.js'

/** So that what arrives in one moment arrives in order. */
const TICK_MS = 0.000_1

interface Listener {
  readonly process: SimProcess
  readonly topics: readonly Topic[]
  readonly onMessage: (topic: Topic, payload: string) => void
  readonly onCut: () => void
  lastAtMs: number
}

export interface NotifyModelOptions {
  readonly kernel: Kernel
  /** How long a message takes to one listener. */
  readonly delayMs: () => number
}

/** PostgreSQL's NOTIFY: in order and whole on a connection that lives, lost with it. */
export class NotifyModel {
  readonly #options: NotifyModelOptions
  readonly #listeners = new Set<Listener>()
  #up = true

  constructor(options: NotifyModelOptions) {
    this.#options = options
  }

  /** One statement: all of it happens, or it throws and nothing does. */
  notify(messages: readonly Message[]): void {
    this.#answering()
    for (const listener of this.#listeners)
      if (listener.process.alive)
        for (const { topic, payload } of messages)
          if (listener.topics.includes(topic)) this.#send(listener, topic, payload)
  }

  listen(listener: Omit<Listener, 'lastAtMs'>): () => void {
    this.#answering()
    const added = { ...listener, lastAtMs: 0 }
    this.#listeners.add(added)
    return () => void this.#listeners.delete(added)
  }

  /** The server ends, and every connection with it. */
  kill(): void {
    this.#up = false
    this.cut()
  }

  start(): void {
    this.#up = true
  }

  /** Breaks every connection; the server lives on. */
  cut(): void {
    const lost = [...this.#listeners]
    this.#listeners.clear()
    for (const { onCut } of lost) onCut()
  }

  #answering(): void {
    if (!this.#up) throw new Error('connect ECONNREFUSED')
  }

  #send(listener: Listener, topic: Topic, payload: string): void {
    const { kernel, delayMs } = this.#options
    listener.lastAtMs = Math.max(kernel.nowMs + delayMs(), listener.lastAtMs + TICK_MS)
    listener.process.deliver(listener.lastAtMs - kernel.nowMs, topic, () => {
      if (this.#listeners.has(listener)) listener.onMessage(topic, payload)
    })
  }
}

interface NotifyListenerOptions {
  readonly process: SimProcess
  readonly channel: NotifyModel
  readonly listen: readonly Topic[]
  readonly onMessage: (topic: Topic, payload: string) => void
  readonly onConnected: (connected: boolean) => void
}

/** The listener of postgres/listener.ts over the model. */
export const notifyListener = (options: NotifyListenerOptions): Required<Component> => {
  const { process, channel, listen, onMessage, onConnected } = options
  const { clock, logger } = process

  const listenOnce = async (onListening: () => void, stopping: AbortSignal): Promise<never> => {
    const over = new AbortController()
    const lose = (): void => over.abort(new Error('the connection was closed'))
    stopping.addEventListener('abort', lose, { once: true })
    let leave = (): void => undefined
    try {
      const onCut = (): void => void process.deliver(0, 'notify cut', lose)
      const effect = (): void => void (leave = channel.listen({ process, topics: listen, onMessage, onCut }))
      await process.exchange('database: listen', effect, () => new Error('timeout expired'))
      onListening()
      for (;;) {
        over.signal.throwIfAborted()
        await clock.sleep(HEARTBEAT_MS, over.signal)
      }
    } finally {
      stopping.removeEventListener('abort', lose)
      leave()
      onConnected(false)
    }
  }

  return keepListening({ listenOnce, onConnected, clock, logger })
}
