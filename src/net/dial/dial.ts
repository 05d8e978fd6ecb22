/** Reaching peers: the open connection, else all direct ways at once, else through relays. */
import { pause } from "../../base/async/timer.ts";
import type { Connection } from "@libp2p/interface";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { Random } from "../../base/random.ts";
import { causeChain } from "../../base/rr_error.ts";
import { type Dialer, LinkError, type PeerLink } from "../../sync/ports.ts";
import type { PeerId, PeerRecord } from "../../swarm/peer.ts";
import { AttemptError, dialDirect, dialThrough, hintOf } from "./attempts.ts";
import { SharedTasks } from "../../base/async/shared_tasks.ts";
import { Upgrades } from "./upgrades.ts";
import { checkPositive } from "../node/check_positive.ts";
import { linkedController } from "../../base/async/linked_signal.ts";
import { candidatesOf, type RelayAddr } from "../addrs/addrs.ts";
import { bridgeAddresses } from "../addrs/bridges.ts";
import { raceAbort } from "../../base/async/race_abort.ts";
import { bestConnection, openLink } from "../exchange/link.ts";
import type { Node } from "../node/node.ts";

/** What {@linkcode createDialer} needs. */
export interface DialerDeps {
  readonly node: Node;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Called with the address, without an id, when our own id answers where a peer was looked for. */
  readonly onSelf?: ((addr: string) => void) | undefined;
}

/** How {@linkcode createDialer} works; times are in milliseconds. */
export interface DialerOptions {
  /** Longest try of one direct address. @default {5_000} */
  readonly directMs?: number;
  /** Pause before the next direct address is tried as well. @default {100} */
  readonly staggerMs?: number;
  /** Head start of the direct addresses over the relays. @default {1_000} */
  readonly headStartMs?: number;
  /** Longest try through one relay. @default {10_000} */
  readonly relayedMs?: number;
  /** How often a peer that is reached through a relay is tried directly. @default {180_000} */
  readonly upgradeEveryMs?: number;
}

/** Peers for which it is remembered which of their addresses come next. */
const MOST_ROUNDS = 1_000;

/** A dialer over the node, which ends with it. @throws {RangeError} if an option is not above 0 */
export function createDialer(deps: DialerDeps, options: DialerOptions = {}): Dialer {
  const times = {
    directMs: options.directMs ?? 5_000,
    staggerMs: options.staggerMs ?? 100,
    headStartMs: options.headStartMs ?? 1_000,
    relayedMs: options.relayedMs ?? 10_000,
    upgradeEveryMs: options.upgradeEveryMs ?? 180_000,
  };
  checkPositive("create a dialer", times);
  return new NodeDialer(deps, times);
}

class NodeDialer implements Dialer {
  readonly #deps: DialerDeps;
  readonly #options: Required<DialerOptions>;
  readonly #dials = new SharedTasks<PeerId, void>();
  readonly #links = new Map<PeerId, PeerLink>();
  readonly #upgrades: Upgrades;
  /** How often each peer was not reached directly, since it last was. */
  readonly #rounds = new Map<PeerId, number>();

  constructor(deps: DialerDeps, options: Required<DialerOptions>) {
    this.#deps = deps;
    this.#options = options;
    this.#upgrades = new Upgrades(deps, {
      everyMs: deps.node.gate ? Infinity : options.upgradeEveryMs,
      dial: (peer, addrs, signal) => this.#race(peer, addrs, [], signal),
    });
  }

  async connect(record: PeerRecord, signal?: AbortSignal): Promise<PeerLink> {
    signal?.throwIfAborted();
    const { node } = this.#deps;
    const { peer } = record;
    if (peer === node.peer) {
      throw new LinkError("unreachable", `Cannot reach peer "${peer}": it is this device`);
    }
    this.#upgrades.remember(peer, record.addrs);
    if (!bestConnection(node, peer)) {
      await this.#dials.run(peer, (shared) => this.#dial(record, shared), signal);
    }
    if (!bestConnection(node, peer)) {
      throw new LinkError(
        "unsupported",
        `Cannot ask peer "${peer}": it is there but does not serve`,
      );
    }
    return this.#link(peer);
  }

  /** One link per peer, however often it is asked for. */
  #link(peer: PeerId): PeerLink {
    const open = this.#links.get(peer);
    if (open && !open.closed.aborted) return open;
    const link = openLink(peer, this.#deps);
    this.#links.set(peer, link);
    link.closed.addEventListener("abort", () => {
      if (this.#links.get(peer) === link) this.#links.delete(peer);
    });
    return link;
  }

  async #dial({ peer, addrs }: PeerRecord, shared: AbortSignal): Promise<void> {
    const { node, logger } = this.#deps;
    using over = linkedController(shared, node.stopped);
    const found = candidatesOf(peer, addrs);
    const relays = new Map<string, RelayAddr>();
    for (const relay of [...node.relays, ...found.relays]) {
      if (relay.relay !== peer && relay.relay !== node.peer) relays.set(relay.text, relay);
    }
    const connection = await this.#race(peer, addrs, [...relays.values()], over.signal);
    logger.debug("Connected to a peer", { peer, addr: String(connection.remoteAddr) });
  }

  /** @throws {LinkError} saying all that was tried */
  async #race(
    peer: PeerId,
    addrs: readonly string[],
    relays: readonly RelayAddr[],
    signal: AbortSignal,
  ): Promise<Connection> {
    signal.throwIfAborted();
    const { node } = this.#deps;
    const own = node.listening().map((addr) => addr.replace(/\/p2p\/[^/]+$/, ""));
    const round = this.#rounds.get(peer) ?? 0;
    const bridges = bridgeAddresses();
    const direct = node.gate ? [] : candidatesOf(peer, addrs, { own, bridges, round }).direct;
    // A direct try goes on beside a relayed connection, so these end apart, and not with the race.
    const directOver = linkedController(signal, node.stopped);
    using relaysOver = linkedController(signal);
    const directly = this.#directly(peer, direct, directOver.signal);
    const relayed = this.#relayed(peer, relays, directly, relaysOver.signal);
    try {
      const connection = await raceAbort(Promise.any([directly, relayed]), signal);
      if (connection.direct) {
        directOver.abort();
        this.#rounds.delete(peer);
      } else this.#nextRound(peer, round);
      return connection;
    } catch (error) {
      this.#nextRound(peer, round);
      signal.throwIfAborted();
      throw unreachable(peer, error);
    } finally {
      relaysOver.abort();
      // Its outcome was asked for above, or does not matter any more.
      directly.catch(() => {}).finally(() => directOver[Symbol.dispose]());
    }
  }

  #nextRound(peer: PeerId, round: number): void {
    // A directory may invent peers in every round.
    if (this.#rounds.size >= MOST_ROUNDS) this.#rounds.clear();
    this.#rounds.set(peer, round + 1);
  }

  #directly(peer: PeerId, addrs: readonly string[], signal: AbortSignal): Promise<Connection> {
    const { node, clock } = this.#deps;
    const { directMs, staggerMs } = this.#options;
    const deps = { libp2p: node.libp2p, clock, withinMs: directMs };
    let first: Connection | undefined;
    const tries = addrs.map(async (addr, i) => {
      await clock.sleep(i * staggerMs, signal);
      const connection = await dialDirect(peer, addr, deps, signal).catch((error) => {
        if (error instanceof AttemptError && error.metOurselves) this.#deps.onSelf?.(addr);
        throw error;
      });
      first ??= connection;
      if (connection.id !== first.id) connection.abort(new Error("Another address was faster"));
      return first;
    });
    return Promise.any(tries);
  }

  async #relayed(
    peer: PeerId,
    relays: readonly RelayAddr[],
    directly: Promise<Connection>,
    signal: AbortSignal,
  ): Promise<Connection> {
    const { node, clock } = this.#deps;
    const { headStartMs, relayedMs } = this.#options;
    const over = new AbortController();
    const first = await Promise.race([
      directly.then(() => "reached", () => "failed"),
      pause(clock, headStartMs, over.signal),
    ]);
    over.abort();
    if (first === "reached") throw new Error("The peer was reached directly");
    const deps = { libp2p: node.libp2p, gate: node.gate, clock, withinMs: relayedMs };
    return await Promise.any(relays.map((relay) => dialThrough(relay, peer, deps, signal)));
  }
}

function unreachable(peer: PeerId, error: unknown): LinkError {
  const attempts = flatten(error).filter((it) => it instanceof AttemptError);
  const others = flatten(error).filter((it) => !(it instanceof AttemptError));
  const texts = [...attempts.map((it) => it.message), ...others.map((it) => causeChain(it))];
  const tried = texts.length === 0 ? "no address is known and no relay" : texts.join("; ");
  const message = `Cannot reach peer "${peer}": ${tried}${hintOf(attempts)}`;
  // What failed stands in the message; as a cause it would be said twice.
  return new LinkError("unreachable", message);
}

function flatten(error: unknown): unknown[] {
  return error instanceof AggregateError ? error.errors.flatMap(flatten) : [error];
}
