import { connectivityState, experimental, status } from '@grpc/grpc-js'
import { answersProbe } from './probe.js'

/** A peer with calls under way that has ended none for this long is asked whether it lives; a vote's outcome takes some 10 ms, and a slow fold is no reason to leave a replica out. */
const SUSPECT_AFTER_MS = 500

// A call that ends in one of these was given up on this side: its end says nothing of the peer.
const endsOfOurs: readonly status[] = [status.DEADLINE_EXCEEDED, status.CANCELLED]

/** A connection as the balancer below sees it: unhealthy while its peer is left out. */
export class PeerSubchannel extends experimental.BaseSubchannelWrapper {
  readonly peer: Peer

  constructor(subchannel: experimental.SubchannelInterface, peer: Peer) {
    super(subchannel)
    this.peer = peer
    this.setHealthy(!peer.isLeftOut)
  }

  get wrapped(): experimental.SubchannelInterface {
    return this.child
  }

  override ref(): void {
    super.ref()
    this.peer.subchannels.add(this)
  }

  show(healthy: boolean): void {
    this.setHealthy(healthy)
  }

  protected override destroy(): void {
    this.peer.subchannels.delete(this)
    super.destroy()
  }
}

export interface PeerPorts {
  /** Whether calls can go somewhere else. */
  readonly isReplaceable: () => boolean
  readonly onLeftOut: () => void
  readonly onTakenBack: () => void
}

/** One address of a service: a process that is frozen keeps its connections and answers nothing, so who does not answer is left out until it does. */
export class Peer {
  readonly subchannels = new Set<PeerSubchannel>()
  readonly #ports: PeerPorts
  readonly #gone = new AbortController()
  #pending = 0
  #aliveAtMs = -Infinity
  #look: NodeJS.Timeout | undefined
  #isLeftOut = false
  #isProbed = false

  constructor(ports: PeerPorts) {
    this.#ports = ports
  }

  get isLeftOut(): boolean {
    return this.#isLeftOut
  }

  get isConnected(): boolean {
    return this.#connected() !== undefined
  }

  callStarted(): void {
    if (this.#pending === 0) this.#aliveAtMs = performance.now()
    this.#pending += 1
    this.#lookLater()
  }

  callEnded(code: status): void {
    this.#pending -= 1
    if (!endsOfOurs.includes(code)) this.#aliveAtMs = performance.now()
  }

  leave(): void {
    this.#gone.abort()
    clearTimeout(this.#look)
  }

  #lookLater(afterMs = SUSPECT_AFTER_MS): void {
    if (this.#look !== undefined || this.#isProbed || this.#gone.signal.aborted) return
    this.#look = setTimeout(() => {
      this.#look = undefined
      if (this.#pending === 0) return
      const waitMs = this.#aliveAtMs + SUSPECT_AFTER_MS - performance.now()
      if (waitMs > 0) this.#lookLater(waitMs)
      else if (this.#ports.isReplaceable()) void this.#probe()
      else this.#lookLater()
    }, afterMs).unref()
  }

  /** Asks until there is an answer, or no connection to ask over: then the connection's own state says enough. */
  async #probe(): Promise<void> {
    this.#isProbed = true
    for (let connection = this.#connected(); connection !== undefined; connection = this.#connected()) {
      if (await answersProbe(connection.getChannel(), this.#gone.signal)) break
      if (this.#gone.signal.aborted) return
      if (!this.#isLeftOut && this.#ports.isReplaceable()) this.#show(false)
    }
    this.#isProbed = false
    if (this.#isLeftOut) this.#show(true)
    this.#aliveAtMs = performance.now()
    if (this.#pending > 0) this.#lookLater()
  }

  #show(healthy: boolean): void {
    this.#isLeftOut = !healthy
    for (const subchannel of this.subchannels) subchannel.show(healthy)
    if (healthy) this.#ports.onTakenBack()
    else this.#ports.onLeftOut()
  }

  #connected(): PeerSubchannel | undefined {
    return [...this.subchannels].find(
      (subchannel) => subchannel.getConnectivityState() === connectivityState.READY,
    )
  }
}
