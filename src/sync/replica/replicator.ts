/** Protocol 2 at work: the state machine of `named/` over real streams, a real store and a real clock. */
import { toHex } from "../../base/bytes.ts";
import { pause } from "../../base/async/timer.ts";
import { yieldToLoop } from "../../base/async/yield_to_loop.ts";
import { causeChain, RrError, toError } from "../../base/rr_error.ts";
import type { Effect, Event, ExchangeId } from "../../named/effects.ts";
import type { ControlFrame } from "../../named/frames.ts";
import { askedBy, nextWake, react } from "../../named/react.ts";
import { createReplica, type Replica } from "../../named/state.ts";
import type { PeerId } from "../../swarm/peer.ts";
import type { Settled, Settling } from "../ports.ts";
import { Controls } from "./controls.ts";
import type { ReplicatorDeps } from "./deps.ts";
import { EventQueue, type Happened, partsOf } from "./event_queue.ts";
import { ExchangeStreams } from "./exchange_streams.ts";
import { LongIntake } from "./long_intake.ts";
import { logNote } from "./log_note.ts";
import { OtherDoors } from "./other_doors.ts";
import { PinSync } from "./pin_sync.ts";
import { settlePeer, untilReady, type Waits } from "./settle_peer.ts";
import { isOfStore } from "../own_store.ts";
import { Standing } from "./standing.ts";

/** Before a busy store is tried again. */
const BUSY_PAUSE_MS = 30;

const CANNOT = "Cannot take part in an exchange";
/** What is waiting elsewhere has its turn afterwards. */
const TAKES_LONG: ReadonlySet<Happened["type"]> = new Set(["exchange", "writable"]);

/** Replicates with every connected peer of protocol 2. Runs from {@linkcode Replicator.start} until disposed. */
export class Replicator implements AsyncDisposable {
  readonly #deps: ReplicatorDeps;
  readonly #state: Replica;
  readonly #standing: Standing;
  readonly #controls: Controls;
  readonly #exchanges: ExchangeStreams;
  readonly #long: LongIntake;
  readonly #pins: PinSync;
  readonly #doors: OtherDoors;
  readonly #events = new EventQueue();
  readonly #stopped = new AbortController();
  readonly #waits: Waits;
  #pumping = false;
  #pumped: Promise<void> | undefined;
  #sleep = new AbortController();
  #accepting: AsyncDisposable | undefined;

  /** Does nothing before {@linkcode Replicator.start}. The store must be absorbed. */
  constructor(deps: ReplicatorDeps) {
    const { self, userId: user, deviceId: device, app, store, random } = deps;
    this.#deps = deps;
    const seed = Math.floor(random.unit() * 2 ** 32);
    const id = toHex(random.bytes(8));
    this.#state = createReplica({ self, store: id, user, app, device, seed });
    this.#standing = new Standing(this.#state, store);
    this.#waits = { clock: deps.clock, stopped: this.#stopped.signal };
    this.#doors = new OtherDoors(store);
    const push = (event: Happened): void => this.#push(event);
    this.#controls = new Controls({
      ...deps,
      push,
      couldServe: (peer) => this.#couldServe(peer),
      onLost: (peer) => {
        this.#standing.wake();
        deps.onUnserved?.(peer);
      },
    }, this.#stopped.signal);
    this.#pins = new PinSync(deps.pins, this.#controls);
    const isWanted = (x: ExchangeId): boolean => this.#state.exchanges.has(x);
    this.#exchanges = new ExchangeStreams({ ...deps, push, isWanted }, this.#stopped.signal);
    this.#long = new LongIntake({
      ...deps,
      onTaken: (x, outcome) => {
        this.#events.pushBefore({ type: "taken", x, outcome });
        this.#run();
      },
      onFailed: (x, error) => this.#cannot(x, error),
    });
  }

  /** Offers protocol 2 to the peers. */
  async start(): Promise<void> {
    this.#accepting = await this.#deps.net.accept({
      control: (stream) => this.#controls.accept(stream),
      exchange: (stream) => this.#exchanges.accept(stream),
    });
  }

  /** How it stands with the peers. */
  get standing(): Standing {
    return this.#standing;
  }

  /** Whether a peer is served by protocol 2 now, so that version 1 need not be. */
  serves(peer: PeerId): boolean {
    return this.#controls.get(peer) !== undefined &&
      this.#state.peers.get(peer)?.hello !== undefined &&
      !this.#standing.hasRefused(peer);
  }

  /** Resolves once a peer that could be served is, or turns out not to be for now. */
  async ready(peer: PeerId, signal: AbortSignal): Promise<void> {
    this.peerConnected(peer);
    const isWaiting = (): boolean =>
      !this.serves(peer) && this.#controls.isPending(peer) && this.#couldServe(peer);
    await untilReady(isWaiting, this.#waits, signal);
  }

  #couldServe(peer: PeerId): boolean {
    return !this.#standing.hasRefused(peer) && this.#deps.net.speaks(peer);
  }

  /** A peer is connected, whoever dialled: makes sure that there is a control stream. */
  peerConnected(peer: PeerId): void {
    this.#controls.open(peer);
  }

  /** See `Replication.settle`. */
  async settle(peer: PeerId, until: Settling, signal: AbortSignal): Promise<Settled> {
    this.peerConnected(peer);
    this.changed();
    const parts = { ...this.#waits, standing: this.#standing, serves: () => this.serves(peer) };
    return await settlePeer(peer, until, parts, signal);
  }

  /** The history may have changed by another door. */
  changed(): void {
    this.#push({ type: "changed", items: [], shrank: false });
  }

  /** Ends everything at once; afterwards nothing uses the store. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    this.#stopped.abort(new Error("The session ends"));
    this.#sleep.abort();
    await this.#accepting?.[Symbol.asyncDispose]();
    await this.#long[Symbol.asyncDispose]();
    await this.#pumped;
  }

  #push(event: Happened): void {
    if (this.#stopped.signal.aborted) return;
    this.#events.push(event);
    if (this.#events.isFull) this.#exchanges.setPaused(true);
    this.#run();
  }

  #run(): void {
    if (this.#pumping) return;
    this.#pumped = this.#pump().catch((error) => this.#report("Protocol 2 failed", error));
  }

  /** One event after the other; what is waiting elsewhere has its turn between two that take long. */
  async #pump(): Promise<void> {
    this.#pumping = true;
    try {
      for (;;) {
        const event = this.#events.first;
        if (event === undefined || this.#stopped.signal.aborted) break;
        // Without a turn of the loop where there is nothing to wait for.
        const mayBe = event.type === "packed" || !this.#long.isIdle;
        if (mayBe && await this.#isTakenBeside(event)) continue;
        const outcome = this.#handle(event);
        if (outcome === "done") this.#events.shift();
        else if (outcome === "more") await yieldToLoop();
        else await pause(this.#deps.clock, BUSY_PAUSE_MS, this.#stopped.signal);
        if (this.#events.first === undefined) this.#exchanges.setPaused(false);
        if (TAKES_LONG.has(event.type)) await yieldToLoop();
      }
      this.#exchanges.setPaused(false);
      this.#sleepUntilNext();
    } finally {
      this.#pumping = false;
    }
  }

  /** Whether there is nothing to do for now: it was handed over, or what was handed over had to be first. */
  async #isTakenBeside(event: Happened): Promise<boolean> {
    if (event.type === "taken") return false;
    const peer = event.type === "packed" ? askedBy(this.#state, event.x) : undefined;
    if (event.type === "packed" && peer !== undefined) {
      if (await this.#long.take(event.x, peer.id, event.frame)) {
        this.#events.shift();
        return true;
      }
    }
    if (this.#long.isIdle) return false;
    // Each commit of the writer looks like a change by another door, and to settle ends its next one.
    if (event.type === "changed" && !this.#doors.isBehind) return false;
    await this.#long.settle();
    return true;
  }

  /** Whether it is done: not if the store was busy, or there is more of it. */
  #handle(event: Happened): "done" | "busy" | "more" {
    try {
      if (event.type === "changed") {
        if (this.#absorb()) return "more";
        this.#pins.tellAll();
      } else if (event.type === "frame" && event.frame.type === "pins") {
        this.#pins.take(event.peer, event.frame);
      } else if (event.type === "packed") {
        this.#events.replaceFirst(partsOf(event, this.#state));
        return "more";
      } else this.#react(event);
      return "done";
    } catch (error) {
      if (error instanceof RrError && error.code === "busy") return "busy";
      this.#giveUp(event, toError(error));
      return "done";
    }
  }

  #react(event: Event): void {
    const world = { store: this.#deps.store, now: this.#deps.clock.monotonic() };
    this.#do(react(this.#state, event, world));
  }

  /** Whether there is more. */
  #absorb(): boolean {
    const { events, more } = this.#doors.absorb();
    for (const event of events) this.#react(event);
    return more;
  }

  /** What cannot be taken in must not be taken for done. */
  #giveUp(event: Happened, reason: Error): void {
    if ("x" in event) return this.#cannot(event.x, reason);
    this.#report(CANNOT, reason);
    if (event.type === "frame") this.#controls.giveUp(event.peer, reason);
  }

  #cannot(x: ExchangeId, reason: Error): void {
    this.#report(CANNOT, reason);
    this.#exchanges.fail(x, reason);
    try {
      // At once: what waits of it, its end above all, would be taken for the rest of a whole.
      this.#react({ type: "closed", x, unstored: isOfStore(reason) });
    } catch (error) {
      this.#report("Cannot end an exchange", error);
    }
  }

  #do(effects: readonly Effect[]): void {
    for (const effect of effects) this.#doOne(effect);
  }

  #doOne(effect: Effect): void {
    switch (effect.type) {
      case "send":
        return this.#send(effect.peer, effect.frame);
      case "open":
        return this.#exchanges.open(effect, this.#controls.get(effect.peer));
      case "write":
        return this.#exchanges.write(effect);
      case "close":
        return this.#exchanges.close(effect.x);
      case "abort":
        return this.#exchanges.abort(effect.x, new Error(effect.why));
      default:
        logNote(effect, this.#deps.logger, this.#standing);
        this.#deps.onNote?.(effect);
        this.#standing.note(effect);
        this.#pins.note(effect);
    }
  }

  #send(peer: string, frame: ControlFrame): void {
    const sent = this.#controls.send(peer, frame);
    if (frame.type !== "live" || sent === undefined) return;
    if (sent) this.#standing.sentLive(peer, frame.items.length);
    else this.#push({ type: "dropped", peer });
  }

  #sleepUntilNext(): void {
    this.#sleep.abort();
    const at = Math.min(nextWake(this.#state), this.#exchanges.nextStill());
    if (at === Infinity || this.#stopped.signal.aborted) return;
    this.#sleep = new AbortController();
    this.#deps.clock.sleep(Math.max(1, at - this.#deps.clock.monotonic()), this.#sleep.signal).then(
      () => {
        this.#exchanges.breakStill();
        this.#push({ type: "time" });
      },
      () => {},
    );
  }

  #report(text: string, error: unknown): void {
    if (!this.#stopped.signal.aborted) this.#deps.logger.warn(text, { error: causeChain(error) });
  }
}
