/** Protocol 2 at work: the state machine of `named/` over real streams, a real store and a real clock. */
import { linkedController } from "../../base/async/linked_signal.ts";
import { yieldToLoop } from "../../base/async/yield_to_loop.ts";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { Random } from "../../base/random.ts";
import { causeChain, RrError, toError } from "../../base/rr_error.ts";
import type { Effect, Event, ExchangeId, Note } from "../../named/effects.ts";
import type { ControlFrame, ExchangeFrame, Frame } from "../../named/frames.ts";
import { nextWake, react } from "../../named/react.ts";
import { createReplica, type Replica } from "../../named/state.ts";
import type { ItemStore } from "../../named/store.ts";
import type { Item } from "../../named/item.ts";
import type { PeerId } from "../../swarm/peer.ts";
import type {
  FrameAcceptor,
  FrameNet,
  FrameStream,
  FrameStreamEvents,
  Settled,
  Settling,
} from "../ports.ts";
import { ControlLosses } from "./control_losses.ts";
import { Standing } from "./standing.ts";

/** A store that other doors lead into as well. */
export interface SharedStore extends ItemStore {
  /** Accounts for what came in by another door. */
  absorb(): { readonly items: readonly Item[]; readonly shrank: boolean };
}

/** What a {@linkcode Replicator} needs of the world. */
export interface ReplicatorDeps {
  readonly self: PeerId;
  readonly userId: string;
  /** Program and version, told to peers for people. */
  readonly app: string;
  readonly store: SharedStore;
  readonly net: FrameNet;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Told of what people may want to know. */
  readonly onNote?: ((note: Note) => void) | undefined;
  /** Called when a peer is no longer served, though it may be connected. */
  readonly onUnserved?: ((peer: PeerId) => void) | undefined;
}

/** Bytes of live frames that wait for a slow peer; beyond it they are dropped, and ticks make up. */
const LIVE_QUEUE_BYTES = 256 * 1024;
/** Events that wait before streams are left unread: the store is busy or slow. */
const MOST_EVENTS = 64;
/** A round does not wait for a peer of which nothing is heard for so long. */
const QUIET_MS = 5_000;
/** Whoever leaves after a round does: the other side may let another one begin, twelve seconds at most. */
const LAST_QUIET_MS = 20_000;
/** Before a busy store is tried again. */
const BUSY_PAUSE_MS = 30;
/** An exchange on which nothing moves for so long is broken off, whoever is at fault. */
const STILL_MS = 60_000;
/** How long a peer that is asked for a control stream may take to say who it is. */
const HELLO_MS = 10_000;
const LOOK_MS = 20;

interface ExchangeStream {
  readonly stream: FrameStream<ExchangeFrame>;
  movedAt: number;
}

/** A stream that is being opened; it may have ended before it is handed out. */
interface Holder<F extends Frame> {
  stream?: FrameStream<F>;
  isClosed?: boolean;
}

/** Replicates with every connected peer of protocol 2. Runs from {@linkcode Replicator.start} until disposed. */
export class Replicator implements AsyncDisposable {
  readonly #deps: ReplicatorDeps;
  readonly #state: Replica;
  readonly #standing: Standing;
  readonly #controls = new Map<string, FrameStream<ControlFrame>>();
  readonly #opening = new Set<PeerId>();
  readonly #losses: ControlLosses;
  readonly #exchanges = new Map<ExchangeId, ExchangeStream>();
  readonly #events: Event[] = [];
  readonly #stopped = new AbortController();
  #pumping = false;
  #paused = false;
  #inbound = 0;
  #floor: number;
  #sleep = new AbortController();
  #accepting: AsyncDisposable | undefined;

  /** Does nothing before {@linkcode Replicator.start}. The store must be absorbed. */
  constructor(deps: ReplicatorDeps) {
    const { self, userId: user, app, store, random } = deps;
    this.#deps = deps;
    const seed = Math.floor(random.unit() * 2 ** 32);
    const id = Array.from(random.bytes(8), (byte) => byte.toString(16).padStart(2, "0")).join("");
    this.#state = createReplica({ self, store: id, user, app, seed });
    this.#standing = new Standing(this.#state, store);
    this.#floor = store.floor;
    this.#losses = new ControlLosses(deps.clock);
  }

  /** Offers protocol 2 to the peers. */
  async start(): Promise<void> {
    this.#accepting = await this.#deps.net.accept(this.#acceptor());
  }

  /** How it stands with the peers. */
  get standing(): Standing {
    return this.#standing;
  }

  /** Whether a peer is served by protocol 2 now, so that version 1 need not be. */
  serves(peer: PeerId): boolean {
    return this.#controls.has(peer) && this.#state.peers.get(peer)?.hello !== undefined &&
      !this.#standing.hasRefused(peer);
  }

  /** Resolves once a peer that could be served is, or turns out not to be for now. */
  async ready(peer: PeerId, signal: AbortSignal): Promise<void> {
    this.peerConnected(peer);
    using until = linkedController(signal, this.#stopped.signal);
    for (let waited = 0; waited < HELLO_MS && !this.serves(peer); waited += LOOK_MS) {
      if (!this.#opening.has(peer) && !this.#controls.has(peer) || !this.#couldServe(peer)) return;
      await this.#deps.clock.sleep(LOOK_MS, until.signal);
    }
  }

  #couldServe(peer: PeerId): boolean {
    return !this.#standing.hasRefused(peer) && this.#deps.net.speaks(peer);
  }

  /** A peer is connected, whoever dialled: makes sure that there is a control stream. */
  peerConnected(peer: PeerId): void {
    if (this.#stopped.signal.aborted || this.#controls.has(peer) || this.#opening.has(peer)) return;
    if (!this.#couldServe(peer) || this.#losses.isTooSoon(peer)) return;
    this.#opening.add(peer);
    const holder: Holder<ControlFrame> = {};
    this.#deps.net.openControl(peer, this.#controlEvents(peer, holder), this.#stopped.signal)
      .then((stream) => {
        holder.stream = stream;
        this.#opening.delete(peer);
        if (holder.isClosed) return this.#openAgain(peer);
        this.#useControl(peer, stream, this.#deps.self < peer);
      }, (error) => {
        this.#opening.delete(peer);
        this.#deps.logger.debug("Could not open a control stream", {
          peer,
          error: causeChain(error),
        });
      });
  }

  /** See `Replication.settle`. */
  async settle(peer: PeerId, { given, last }: Settling, signal: AbortSignal): Promise<Settled> {
    this.peerConnected(peer);
    this.changed();
    const isComplete = (): boolean =>
      this.#standing.hasAllOf(peer) && (!given || this.#standing.hasGivenAll(peer));
    while (!isComplete() && this.serves(peer)) {
      using quiet = linkedController(signal, this.#stopped.signal);
      const timer = this.#deps.clock.sleep(last ? LAST_QUIET_MS : QUIET_MS, quiet.signal)
        .then(() => "quiet", () => "stopped");
      const first = await Promise.race([this.#standing.next(quiet.signal), timer]);
      quiet.abort();
      signal.throwIfAborted();
      if (first !== undefined) break;
    }
    return { ...this.#standing.takeTotals(peer), isComplete: isComplete() };
  }

  /** The history may have changed by another door. */
  changed(): void {
    this.#push({ type: "changed", items: [], shrank: false });
  }

  /** Ends everything at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    const reason = new Error("The session ends");
    this.#stopped.abort(reason);
    this.#sleep.abort();
    for (const { stream } of this.#exchanges.values()) stream.abort(reason);
    for (const stream of this.#controls.values()) stream.abort(reason);
    await this.#accepting?.[Symbol.asyncDispose]();
  }

  #acceptor(): FrameAcceptor {
    return {
      control: (stream) => {
        const peer = stream.peer;
        const events = this.#controlEvents(peer, { stream });
        this.#useControl(peer, stream, peer < this.#deps.self);
        return events;
      },
      exchange: (stream) => {
        const x = --this.#inbound;
        let isFirst = true;
        return this.#exchangeEvents(x, stream.peer, { stream }, (frame) => {
          if (!isFirst) return this.#push({ type: "exchange", x, frame });
          isFirst = false;
          if (frame.type !== "sync") {
            return stream.abort(new Error("An exchange begins with a sync"));
          }
          this.#exchanges.set(x, { stream, movedAt: this.#now() });
          this.#push({ type: "asked", x, peer: stream.peer, frame });
        });
      },
    };
  }

  /** Of two control streams to a peer, the one opened by the lower id stays. */
  #useControl(peer: PeerId, stream: FrameStream<ControlFrame>, byLower: boolean): void {
    const known = this.#controls.get(peer);
    if (known !== undefined && !byLower) {
      // Opened by the higher id, while ours is open: the other side closes it likewise.
      return stream.close();
    }
    if (known !== undefined) {
      this.#push({ type: "down", peer });
      known.close();
    }
    this.#controls.set(peer, stream);
    this.#losses.opened(peer);
    this.#push({ type: "up", peer });
  }

  #controlEvents(
    peer: PeerId,
    holder: Holder<ControlFrame>,
  ): FrameStreamEvents<ControlFrame> {
    return {
      onFrame: (frame) => {
        // What arrives before the opening is known of belongs to it all the same.
        queueMicrotask(() => {
          if (this.#controls.get(peer) === holder.stream) {
            this.#push({ type: "frame", peer, frame });
          }
        });
      },
      onRoom: () => {},
      onClose: () => {
        holder.isClosed = true;
        if (holder.stream === undefined || this.#controls.get(peer) !== holder.stream) return;
        this.#controls.delete(peer);
        this.#push({ type: "down", peer });
        this.#standing.wake();
        if (!this.#stopped.signal.aborted) this.#openAgain(peer);
      },
    };
  }

  // A connection may be left, such as the direct one when the relayed one goes.
  #openAgain(peer: PeerId): void {
    this.#deps.onUnserved?.(peer);
    this.#deps.clock.sleep(this.#losses.lost(peer), this.#stopped.signal).then(() => {
      if (!this.#deps.net.speaks(peer)) this.#losses.forget(peer);
      this.peerConnected(peer);
    }, () => {});
  }

  #exchangeEvents(
    x: ExchangeId,
    peer: PeerId,
    holder: Holder<ExchangeFrame>,
    onFrame: (frame: ExchangeFrame) => void,
  ): FrameStreamEvents<ExchangeFrame> {
    return {
      onFrame: (frame) => {
        this.#moved(x);
        onFrame(frame);
        if (this.#paused) holder.stream?.pause();
      },
      onRoom: () => {
        this.#moved(x);
        this.#push({ type: "writable", x });
      },
      onClose: (error) => {
        holder.isClosed = true;
        if (error !== undefined) {
          this.#deps.logger.debug("An exchange ended early", { peer, error: causeChain(error) });
        }
        if (this.#exchanges.delete(x)) this.#push({ type: "closed", x });
      },
    };
  }

  #moved(x: ExchangeId): void {
    const exchange = this.#exchanges.get(x);
    if (exchange !== undefined) exchange.movedAt = this.#now();
  }

  #now(): number {
    return this.#deps.clock.monotonic();
  }

  #push(event: Event): void {
    if (this.#stopped.signal.aborted) return;
    this.#events.push(event);
    if (this.#events.length > MOST_EVENTS) this.#setPaused(true);
    if (!this.#pumping) this.#pump().catch((error) => this.#report("Protocol 2 failed", error));
  }

  /** One event after the other; what is waiting elsewhere has its turn between two that take long. */
  async #pump(): Promise<void> {
    this.#pumping = true;
    try {
      while (this.#events.length > 0 && !this.#stopped.signal.aborted) {
        const event = this.#events[0]!;
        const isDone = this.#handle(event);
        if (isDone) this.#events.shift();
        else await this.#deps.clock.sleep(BUSY_PAUSE_MS, this.#stopped.signal).catch(() => {});
        if (this.#events.length === 0) this.#setPaused(false);
        if (event.type === "exchange" || event.type === "writable") await yieldToLoop();
      }
      this.#setPaused(false);
      this.#sleepUntilNext();
    } finally {
      this.#pumping = false;
    }
  }

  #setPaused(paused: boolean): void {
    if (this.#paused === paused) return;
    this.#paused = paused;
    for (const { stream } of this.#exchanges.values()) {
      if (paused) stream.pause();
      else stream.resume();
    }
  }

  /** Whether it is done; not if the store was busy. */
  #handle(event: Event): boolean {
    const { store } = this.#deps;
    try {
      if (event.type === "changed") this.#absorb();
      else this.#do(react(this.#state, event, { store, now: this.#now() }));
      return true;
    } catch (error) {
      if (error instanceof RrError && error.code === "busy") return false;
      this.#report("Cannot take part in an exchange", error);
      this.#giveUp(event, toError(error));
      return true;
    }
  }

  #absorb(): void {
    const { store } = this.#deps;
    const world = { store, now: this.#now() };
    const { items, shrank } = store.absorb();
    const floor = store.floor;
    if (floor !== this.#floor) {
      const lowered = floor < this.#floor;
      this.#floor = floor;
      this.#do(react(this.#state, { type: "floor", lowered }, world));
    }
    if (items.length > 0 || shrank) {
      this.#do(react(this.#state, { type: "changed", items, shrank }, world));
    }
  }

  /** What cannot be taken in must not be taken for done. */
  #giveUp(event: Event, reason: Error): void {
    if (event.type === "exchange" || event.type === "asked" || event.type === "writable") {
      this.#exchanges.get(event.x)?.stream.abort(reason);
    } else if (event.type === "frame") this.#controls.get(event.peer)?.abort(reason);
  }

  #do(effects: readonly Effect[]): void {
    for (const effect of effects) this.#doOne(effect);
  }

  #doOne(effect: Effect): void {
    switch (effect.type) {
      case "send":
        return this.#send(effect.peer, effect.frame);
      case "open":
        return this.#open(effect);
      case "write":
        return this.#write(effect);
      case "close": {
        const exchange = this.#exchanges.get(effect.x);
        this.#exchanges.delete(effect.x);
        return exchange?.stream.close();
      }
      case "abort": {
        const exchange = this.#exchanges.get(effect.x);
        this.#exchanges.delete(effect.x);
        return exchange?.stream.abort(new Error(effect.why));
      }
      default:
        this.#standing.note(effect);
        this.#note(effect);
    }
  }

  #note(note: Note): void {
    const { logger, onNote } = this.#deps;
    if (note.type === "refused") {
      logger.warn("A peer broke protocol 2", { peer: note.peer, why: note.why });
    }
    if (note.type === "contradiction") {
      logger.warn("Two equal histories differ: comparing them anew", {
        peer: note.peer,
        level: note.level,
      });
    }
    onNote?.(note);
  }

  #send(peer: string, frame: ControlFrame): void {
    const stream = this.#controls.get(peer);
    if (stream === undefined) return;
    if (frame.type === "live" && stream.queued > LIVE_QUEUE_BYTES) {
      return this.#push({ type: "dropped", peer });
    }
    stream.send(frame);
    if (frame.type === "live") this.#standing.sentLive(peer, frame.items.length);
  }

  #open({ x, peer, frame }: Effect & { readonly type: "open" }): void {
    const control = this.#controls.get(peer);
    if (control === undefined) return this.#push({ type: "closed", x });
    const holder: Holder<ExchangeFrame> = {};
    const events = this.#exchangeEvents(x, peer as PeerId, holder, (reply) => {
      this.#push({ type: "exchange", x, frame: reply });
    });
    this.#deps.net.openExchange(control, events, this.#stopped.signal).then((stream) => {
      holder.stream = stream;
      if (!this.#state.exchanges.has(x)) return stream.abort(new Error("No longer wanted"));
      if (holder.isClosed) return this.#push({ type: "closed", x });
      this.#exchanges.set(x, { stream, movedAt: this.#now() });
      stream.send(frame);
    }).catch((error) => {
      this.#deps.logger.debug("Could not begin an exchange", { peer, error: causeChain(error) });
      this.#push({ type: "closed", x });
    });
  }

  #write({ x, frame, more }: Effect & { readonly type: "write" }): void {
    const exchange = this.#exchanges.get(x);
    if (exchange === undefined) return;
    const hasRoom = exchange.stream.send(frame);
    if (hasRoom && more) this.#push({ type: "writable", x });
  }

  #sleepUntilNext(): void {
    this.#sleep.abort();
    const at = Math.min(nextWake(this.#state), this.#nextStill());
    if (at === Infinity || this.#stopped.signal.aborted) return;
    this.#sleep = new AbortController();
    this.#deps.clock.sleep(Math.max(1, at - this.#now()), this.#sleep.signal).then(() => {
      this.#breakStill();
      this.#push({ type: "time" });
    }, () => {});
  }

  #nextStill(): number {
    let next = Infinity;
    for (const { movedAt } of this.#exchanges.values()) next = Math.min(next, movedAt + STILL_MS);
    return next;
  }

  #breakStill(): void {
    for (const { stream, movedAt } of [...this.#exchanges.values()]) {
      if (this.#now() - movedAt >= STILL_MS) stream.abort(new Error("Nothing moved for too long"));
    }
  }

  #report(text: string, error: unknown): void {
    if (!this.#stopped.signal.aborted) this.#deps.logger.warn(text, { error: causeChain(error) });
  }
}
