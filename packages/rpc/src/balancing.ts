import { connectivityState, experimental } from '@grpc/grpc-js'
import type { ChannelOptions } from '@grpc/grpc-js'
import { Peer, PeerSubchannel } from './peer.js'

/** Names a call to its client's balancer; it stays in this process. */
export const CALL_ID_KEY = 'votestream-call'

/** What a client hears of its peers. */
export interface PeerEvents {
  /** A call was given to a peer. */
  sentTo(callId: string, address: string): void
  /** A peer does not answer: no more calls go to it, and those that wait for it can be given up. */
  leftOut(address: string): void
  takenBack(address: string): void
}

const POLICY = 'votestream_round_robin'

// Options with this prefix reach the balancer and do not keep connections from being shared.
const EVENTS_OPTION = `${experimental.SUBCHANNEL_ARGS_EXCLUDE_KEY_PREFIX}.votestream_peers`

class Config implements experimental.TypedLoadBalancingConfig {
  getLoadBalancerName(): string {
    return POLICY
  }

  toJsonObject(): object {
    return { [POLICY]: {} }
  }

  static createFromJson(): Config {
    return new Config()
  }
}

class PeerPicker implements experimental.Picker {
  readonly #picker: experimental.Picker
  readonly #events: PeerEvents | undefined

  constructor(picker: experimental.Picker, events: PeerEvents | undefined) {
    this.#picker = picker
    this.#events = events
  }

  pick(args: experimental.PickArgs): experimental.PickResult {
    const picked = this.#picker.pick(args)
    const { subchannel } = picked
    if (!(subchannel instanceof PeerSubchannel)) return picked
    const { peer, wrapped } = subchannel
    const [callId] = args.metadata.get(CALL_ID_KEY)
    args.metadata.remove(CALL_ID_KEY)
    return {
      ...picked,
      subchannel: wrapped,
      onCallStarted: () => {
        peer.callStarted()
        this.#events?.sentTo(String(callId), wrapped.getAddress())
        picked.onCallStarted?.()
      },
      onCallEnded: (...end) => {
        peer.callEnded(end[0])
        picked.onCallEnded?.(...end)
      },
    }
  }
}

/**
 * gRPC's round_robin, but a peer whose connection stands and that answers nothing (a frozen process, a stuck event loop) is left out while there is
 * another one. gRPC's own outlier_detection is no use for that: it waits for each call's deadline, and counts a service's answers of error as failures.
 */
class PeerRoundRobin implements experimental.LoadBalancer {
  readonly #child: experimental.ChildLoadBalancerHandler
  readonly #peers = new Map<string, Peer>()
  #events: PeerEvents | undefined

  constructor(helper: experimental.ChannelControlHelper) {
    const { READY } = connectivityState
    const overrides: Partial<experimental.ChannelControlHelper> = {
      createSubchannel: (address, args) => {
        const subchannel = helper.createSubchannel(address, args)
        return new PeerSubchannel(subchannel, this.#peerAt(subchannel.getAddress()))
      },
      updateState: (state, picker, message) =>
        helper.updateState(state, state === READY ? new PeerPicker(picker, this.#events) : picker, message),
    }
    this.#child = new experimental.ChildLoadBalancerHandler(
      experimental.createChildChannelControlHelper(helper, overrides),
    )
  }

  updateAddressList(
    ...[endpoints, , options, note]: Parameters<experimental.LoadBalancer['updateAddressList']>
  ): boolean {
    this.#events = options[EVENTS_OPTION] as PeerEvents | undefined
    if (endpoints.ok) {
      const addresses = endpoints.value.flatMap((endpoint) => endpoint.addresses)
      this.#forgetAllBut(new Set(addresses.map(experimental.subchannelAddressToString)))
    }
    const roundRobin = experimental.parseLoadBalancingConfig({ round_robin: {} })
    return this.#child.updateAddressList(endpoints, roundRobin, options, note)
  }

  exitIdle(): void {
    this.#child.exitIdle()
  }

  resetBackoff(): void {
    this.#child.resetBackoff()
  }

  destroy(): void {
    this.#forgetAllBut(new Set())
    this.#child.destroy()
  }

  getTypeName(): string {
    return POLICY
  }

  #peerAt(address: string): Peer {
    const known = this.#peers.get(address)
    if (known !== undefined) return known
    const peer: Peer = new Peer({
      isReplaceable: () =>
        [...this.#peers.values()].some((other) => other !== peer && other.isConnected && !other.isLeftOut),
      onLeftOut: () => this.#events?.leftOut(address),
      onTakenBack: () => this.#events?.takenBack(address),
    })
    this.#peers.set(address, peer)
    return peer
  }

  #forgetAllBut(addresses: ReadonlySet<string>): void {
    for (const [address, peer] of this.#peers) {
      if (addresses.has(address)) continue
      peer.leave()
      this.#peers.delete(address)
    }
  }
}

experimental.registerLoadBalancerType(POLICY, PeerRoundRobin, Config)

/** The channel options that balance a client's calls over its peers, and tell it of them. */
export const balancing = (events: PeerEvents): ChannelOptions => ({
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ [POLICY]: {} }] }),
  [EVENTS_OPTION]: events,
})
