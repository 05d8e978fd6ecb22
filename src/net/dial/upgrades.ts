/**
 * From relayed to direct: peers that are reached through a relay are tried directly from time to
 * time, also at the private addresses that they tell once connected, so that two devices of one
 * network that met through a relay meet at home. libp2p's own upgrade tries public addresses only.
 */
import { pause } from "../../base/async/timer.ts";
import type { Connection } from "@libp2p/interface";
import { peerIdFromString } from "@libp2p/peer-id";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { Random } from "../../base/random.ts";
import type { PeerId } from "../../swarm/peer.ts";
import { linkedController } from "../../base/async/linked_signal.ts";
import { causeChain } from "../../base/rr_error.ts";
import type { Node } from "../node/node.ts";

/** What {@linkcode Upgrades} needs. */
export interface UpgradeDeps {
  readonly node: Node;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** How {@linkcode Upgrades} works. */
export interface UpgradeOptions {
  /** Pause between two tries, in milliseconds; `Infinity` to try never. */
  readonly everyMs: number;
  /** Dials the peer directly at one of the addresses. */
  dial(peer: PeerId, addrs: readonly string[], signal: AbortSignal): Promise<Connection>;
}

/** Most peers whose addresses are kept. */
const MAX_KNOWN = 500;
/** How often a relayed connection that is no longer needed is looked at until nothing uses it. */
const IDLE_CHECK_MS = 1_000;
/** After that it is closed in use; the request on it fails and is repeated on the direct one. */
const IDLE_CHECKS = 60;

/** Watches the node's connections for as long as it runs. */
export class Upgrades {
  readonly #deps: UpgradeDeps;
  readonly #options: UpgradeOptions;
  readonly #addrs = new Map<PeerId, readonly string[]>();
  readonly #running = new Set<PeerId>();
  /** Ends all pauses when our own addresses change. */
  #wake = new AbortController();

  constructor(deps: UpgradeDeps, options: UpgradeOptions) {
    this.#deps = deps;
    this.#options = options;
    const subscription = deps.node.onEvent((event) => {
      if (event.type === "connected" && event.route === "relayed") this.#start(event.peer);
      if (event.type === "upgraded") this.#untilStopped(event.peer, this.#retire(event.peer));
      if (event.type === "addresses") {
        this.#wake.abort();
        this.#wake = new AbortController();
      }
    });
    deps.node.stopped.addEventListener("abort", () => subscription[Symbol.dispose]());
  }

  /** Keeps the addresses that a directory told. */
  remember(peer: PeerId, addrs: readonly string[]): void {
    this.#addrs.delete(peer);
    this.#addrs.set(peer, addrs);
    if (this.#addrs.size > MAX_KNOWN) this.#addrs.delete(this.#addrs.keys().next().value!);
  }

  #start(peer: PeerId): void {
    if (this.#running.has(peer) || this.#options.everyMs === Infinity) return;
    this.#running.add(peer);
    this.#untilStopped(peer, this.#run(peer).finally(() => this.#running.delete(peer)));
  }

  /** What the node's end cuts short is no failure; all else stays relayed, which is told. */
  #untilStopped(peer: PeerId, work: Promise<void>): void {
    const { node, logger } = this.#deps;
    work.catch((error) => {
      if (node.stopped.aborted) return;
      logger.debug("Could not go on without the relay", { peer, error: causeChain(error) });
    });
  }

  async #run(peer: PeerId): Promise<void> {
    const { node, clock, random, logger } = this.#deps;
    while (this.#isOnlyRelayed(peer)) {
      const addrs = [...this.#addrs.get(peer) ?? [], ...await this.#told(peer)];
      try {
        await this.#options.dial(peer, addrs, node.stopped);
        logger.debug("Reached a relayed peer directly", { peer });
        return;
      } catch {
        // It is reached through the relay; the next try may be luckier.
      }
      const pauseMs = this.#options.everyMs * (0.75 + random.unit() / 2);
      using wake = linkedController(this.#wake.signal, node.stopped);
      await pause(clock, pauseMs, wake.signal);
      node.stopped.throwIfAborted();
    }
  }

  /** The addresses that the peer itself told. */
  async #told(peer: PeerId): Promise<string[]> {
    const stored = await this.#deps.node.libp2p.peerStore.get(peerIdFromString(peer))
      .catch(() => undefined); // it has told nothing yet
    return stored?.addresses.map(({ multiaddr }) => String(multiaddr)) ?? [];
  }

  #isOnlyRelayed(peer: PeerId): boolean {
    const open = this.#connections(peer);
    return open.length > 0 && open.every((connection) => !connection.direct);
  }

  /** Closes the relayed connections as soon as nothing uses them. */
  async #retire(peer: PeerId): Promise<void> {
    const { clock, node } = this.#deps;
    const relayed = this.#connections(peer).filter((connection) => !connection.direct);
    for (let i = 0; i < IDLE_CHECKS && relayed.some((it) => it.streams.length > 0); i++) {
      await clock.sleep(IDLE_CHECK_MS, node.stopped);
    }
    if (!this.#connections(peer).some((connection) => connection.direct)) return;
    await Promise.allSettled(relayed.map((connection) => connection.close()));
  }

  #connections(peer: PeerId): Connection[] {
    return this.#deps.node.libp2p.getConnections(peerIdFromString(peer))
      .filter((connection) => connection.status === "open");
  }
}
