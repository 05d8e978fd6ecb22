/**
 * Protocol 2 in a session: absorbs an existing history in the background while everything works by
 * version 1, and offers the protocol once that is done.
 */
import { yieldToLoop } from "../../base/async/yield_to_loop.ts";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { Random } from "../../base/random.ts";
import { causeChain, RrError } from "../../base/rr_error.ts";
import type { Note } from "../../named/effects.ts";
import type { History } from "../../store/file/open_history.ts";
import type { ItemSet } from "../../store/set/item_set.ts";
import { openSet } from "../../store/set/open_set.ts";
import type { BatchWriter, FrameNet, Replication, Settled, Settling } from "../../sync/ports.ts";
import { Replicator } from "../../sync/replica/replicator.ts";
import type { Gap } from "../../sync/replica/standing.ts";
import type { PeerId } from "../../swarm/peer.ts";
import { VERSION } from "../../version.ts";
import { pinBook } from "./pin_book.ts";

/** What it needs. */
export interface ReplicationDeps {
  readonly self: PeerId;
  readonly userId: string;
  readonly deviceId: string;
  readonly history: History;
  readonly net: FrameNet;
  /** Starts a writer beside the history, for long exchanges. */
  readonly openWriter?: (() => Promise<BatchWriter>) | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Called when a peer gave us something new. */
  readonly onReceived?: ((inserted: number) => void) | undefined;
  /** Called when a deletion made elsewhere has removed something here: its text is to be cleared. */
  readonly onErased?: (() => void) | undefined;
  /** Told of what people may want to know. */
  readonly onNote?: ((note: Note) => void) | undefined;
  /** Called when a peer that may be connected is no longer served. */
  readonly onUnserved?: ((peer: PeerId) => void) | undefined;
  /** The connected peers that this device has dialled. */
  readonly dialled: () => readonly PeerId[];
}

const NOTHING: Settled = { received: 0, inserted: 0, sent: 0, isComplete: false };
/** Between two slices of some milliseconds each, so that absorbing takes a third of one processor. */
const BREATH_MS = 10;
/** After the database was busy or could not be written. */
const RETRY_MS = 1_000;

/** Protocol 2 of one session; ends when disposed. */
export class SessionReplication implements Replication, AsyncDisposable {
  readonly #deps: ReplicationDeps;
  readonly #set: ItemSet;
  readonly #stopped = new AbortController();
  #replicator: Replicator | undefined;
  readonly #done: Promise<void>;
  #received = 0;
  #gained = 0;

  /** Begins to absorb. */
  constructor(deps: ReplicationDeps) {
    this.#deps = deps;
    this.#set = openSet(deps.history);
    this.#done = this.#run().catch((error) => {
      if (this.#stopped.signal.aborted) return;
      deps.logger.error("Cannot offer protocol 2", { error: causeChain(error) });
    });
  }

  /** Entries that are still to be absorbed before the protocol is offered; 0 once it is. */
  get left(): number {
    return this.#replicator === undefined ? Math.max(1, this.#set.left()) : 0;
  }

  /** Items that came, and those of them that were new: twice the same is what the protocol avoids. */
  get totals(): { readonly received: number; readonly gained: number } {
    return { received: this.#received, gained: this.#gained };
  }

  /** Whether the peer is equal to this device. */
  isEqual(peer: PeerId): boolean {
    return this.#replicator?.standing.isEqual(peer) ?? false;
  }

  /** What the peer and this device lack of each other; `undefined` if it has not told. */
  gap(peer: PeerId): Gap | undefined {
    return this.#replicator?.standing.gap(peer);
  }

  /** Whose device the peer says it is; `undefined` if it has not said anything yet. */
  userOf(peer: PeerId): string | undefined {
    return this.#replicator?.standing.met(peer)?.user;
  }

  /** What the peer says it is called; `undefined` if it has not said anything yet. */
  deviceOf(peer: PeerId): string | undefined {
    return this.#replicator?.standing.met(peer)?.device;
  }

  serves(peer: PeerId): boolean {
    return this.#replicator?.serves(peer) ?? false;
  }

  async identified(peer: PeerId, signal: AbortSignal): Promise<void> {
    const replicator = this.#replicator;
    if (replicator === undefined) return;
    await this.#deps.net.identified(peer, signal);
    await replicator.ready(peer, signal);
  }

  peerConnected(peer: PeerId): void {
    this.#replicator?.peerConnected(peer);
  }

  changed(): void {
    this.#replicator?.changed();
  }

  async settle(peer: PeerId, until: Settling, signal: AbortSignal): Promise<Settled> {
    return await this.#replicator?.settle(peer, until, signal) ?? NOTHING;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort(new Error("The session ends"));
    await this.#replicator?.[Symbol.asyncDispose]();
    await this.#done;
  }

  async #run(): Promise<void> {
    await this.#absorb();
    const { self, userId, deviceId, net, clock, random, logger, openWriter } = this.#deps;
    const replicator = new Replicator({
      self,
      userId,
      deviceId,
      app: `rustory ${VERSION}`,
      store: this.#set,
      pins: pinBook(this.#deps.history),
      net,
      clock,
      random,
      logger,
      openWriter,
      onNote: (note) => this.#note(note),
      onUnserved: this.#deps.onUnserved,
    });
    await replicator.start();
    if (this.#stopped.signal.aborted) return await replicator[Symbol.asyncDispose]();
    this.#replicator = replicator;
    replicator.changed();
    // Those that were connected while the history was absorbed; else they would wait for the next round.
    for (const peer of this.#deps.dialled()) replicator.peerConnected(peer);
  }

  async #absorb(): Promise<void> {
    const { clock, logger } = this.#deps;
    const { signal } = this.#stopped;
    for (;;) {
      signal.throwIfAborted();
      let pause = BREATH_MS;
      try {
        if (this.#set.left() === 0) {
          this.#set.absorb();
          return;
        }
        this.#set.absorbSlice();
      } catch (error) {
        if (!(error instanceof RrError)) throw error;
        if (error.code !== "busy") {
          logger.warn("Cannot absorb the history", { error: causeChain(error) });
        }
        pause = RETRY_MS;
      }
      await yieldToLoop();
      await clock.sleep(pause, signal);
    }
  }

  #note(note: Note): void {
    this.#deps.onNote?.(note);
    if (note.type === "met") this.#remember(note.peer as PeerId, note.device);
    if (note.type !== "received") return;
    this.#received += note.received;
    this.#gained += note.gained.length;
    if (note.gained.length === 0) return;
    this.#deps.onReceived?.(note.gained.length);
    if ([...note.gained].some(({ dead }) => dead)) this.#deps.onErased?.();
  }
  // The local network tells no names. The user is left out: one of another user is to be found again, too.
  #remember(peer: PeerId, deviceId: string | undefined): void {
    if (deviceId === undefined) return;
    const { history, clock, logger } = this.#deps;
    const lastSeenUnix = Math.floor(clock.now() / 1_000);
    const nothing = { addrs: [], userId: undefined, hostname: undefined };
    try {
      history.peers.remember([{ peer, deviceId, lastSeenUnix, ...nothing }]);
    } catch (error) {
      if (!(error instanceof RrError)) throw error;
      logger.debug("Cannot note the name of a device", { peer, error: causeChain(error) });
    }
  }
}
