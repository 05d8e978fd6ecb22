/** What a node tells of itself. */
import type { PeerId, Route } from "../../swarm/peer.ts";

/** An event of a {@linkcode import("./node.ts").Node}. */
export type NodeEvent =
  /** A wanted port was taken and another one is used: `wanted` and `actual` are listen addresses. */
  | { readonly type: "port-taken"; readonly wanted: string; readonly actual: string }
  /** An address to listen on is none of this machine now; it is waited for. */
  | { readonly type: "address-missing"; readonly wanted: string }
  /** All addresses that were waited for are there and are listened on. */
  | { readonly type: "addresses-there" }
  /** The addresses to announce have changed. */
  | { readonly type: "addresses"; readonly addrs: readonly string[] }
  /** The machine is in another network; `ended` connections led nowhere from there. */
  | { readonly type: "network-changed"; readonly ended: number }
  /** A peer that speaks our protocols is connected, now also by this route. */
  | { readonly type: "connected"; readonly peer: PeerId; readonly route: Route }
  /** The last connection to such a peer is gone. */
  | { readonly type: "disconnected"; readonly peer: PeerId }
  /** A peer that was reached through a relay is now connected directly as well. */
  | { readonly type: "upgraded"; readonly peer: PeerId }
  /** The relay takes connections for us. */
  | { readonly type: "reserved"; readonly relay: PeerId }
  /** The relay does not, or no longer; each reason is said once until it does again. */
  | { readonly type: "reservation-lost"; readonly relay: PeerId; readonly why: string };

/** Takes events; must not throw. */
export type NodeListener = (event: NodeEvent) => void;

/** Hands events to its listeners. */
export class NodeEvents {
  readonly #listeners = new Set<NodeListener>();

  /** Calls `listener` at every event until disposed. */
  subscribe(listener: NodeListener): Disposable {
    // A wrapper, so that one function subscribed twice can be disposed of once.
    const own: NodeListener = (event) => listener(event);
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  /** Hands the event to all listeners. */
  emit(event: NodeEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
