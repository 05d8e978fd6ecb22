/** The streams of the exchanges under way, those opened here and those opened by peers. */
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import { causeChain } from "../../base/rr_error.ts";
import type { Effect, ExchangeId } from "../../named/effects.ts";
import type { ControlFrame, ExchangeFrame } from "../../named/frames.ts";
import type { PeerId } from "../../swarm/peer.ts";
import type { FrameNet, FrameStream, FrameStreamEvents, ReceivedFrame } from "../ports.ts";
import type { Holder } from "./controls.ts";
import type { Happened } from "./event_queue.ts";

/** An exchange on which nothing moves for so long is broken off, whoever is at fault. */
const STILL_MS = 60_000;

/** What the streams need. */
export interface ExchangeStreamsDeps {
  readonly net: FrameNet;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Takes what happens on the streams, in order. */
  readonly push: (event: Happened) => void;
  /** Whether an exchange is still wanted, once its stream is there. */
  readonly isWanted: (x: ExchangeId) => boolean;
}

interface Open {
  readonly stream: FrameStream<ExchangeFrame>;
  movedAt: number;
}

/** Opens, takes and ends them; all end when the signal is aborted. */
export class ExchangeStreams {
  readonly #deps: ExchangeStreamsDeps;
  readonly #stopped: AbortSignal;
  readonly #open = new Map<ExchangeId, Open>();
  #inbound = 0;
  #paused = false;

  /** Without any stream. */
  constructor(deps: ExchangeStreamsDeps, stopped: AbortSignal) {
    this.#deps = deps;
    this.#stopped = stopped;
    stopped.addEventListener("abort", () => {
      for (const { stream } of this.#open.values()) stream.abort(stopped.reason);
    }, { once: true });
  }

  /** Begins an exchange with the process at the other end of the control stream, if there is one. */
  open(
    { x, peer, frame }: Effect & { readonly type: "open" },
    control: FrameStream<ControlFrame> | undefined,
  ): void {
    const { net, logger, push, isWanted } = this.#deps;
    if (control === undefined) return push({ type: "closed", x });
    const holder: Holder<ExchangeFrame> = {};
    const events = this.#eventsOf(x, peer as PeerId, holder, (reply) => this.#push(x, reply));
    net.openExchange(control, events, this.#stopped).then((stream) => {
      holder.stream = stream;
      if (!isWanted(x)) return stream.abort(new Error("No longer wanted"));
      if (holder.isClosed) return push({ type: "closed", x });
      this.#open.set(x, { stream, movedAt: this.#now() });
      stream.send(frame);
    }).catch((error) => {
      logger.debug("Could not begin an exchange", { peer, error: causeChain(error) });
      push({ type: "closed", x });
    });
  }

  /** Takes a stream that a peer has opened. */
  accept(stream: FrameStream<ExchangeFrame>): FrameStreamEvents<ReceivedFrame> {
    const { push } = this.#deps;
    const x = --this.#inbound;
    let isFirst = true;
    return this.#eventsOf(x, stream.peer, { stream }, (frame) => {
      if (!isFirst) return this.#push(x, frame);
      isFirst = false;
      if (frame.type !== "sync") return stream.abort(new Error("An exchange begins with a sync"));
      this.#open.set(x, { stream, movedAt: this.#now() });
      push({ type: "asked", x, peer: stream.peer, frame });
    });
  }

  /** Writes a frame; if there is room for another one that is to come, that is told. */
  write({ x, frame, more }: Effect & { readonly type: "write" }): void {
    const hasRoom = this.#open.get(x)?.stream.send(frame) ?? false;
    if (hasRoom && more) this.#deps.push({ type: "writable", x });
  }

  /** Ends one in order. */
  close(x: ExchangeId): void {
    const exchange = this.#open.get(x);
    this.#open.delete(x);
    exchange?.stream.close();
  }

  /** Breaks one off. The exchange is over by then. */
  abort(x: ExchangeId, reason: Error): void {
    const exchange = this.#open.get(x);
    this.#open.delete(x);
    exchange?.stream.abort(reason);
  }

  /** Breaks the stream of an exchange that goes on: that it has ended is told. */
  fail(x: ExchangeId, reason: Error): void {
    this.#open.get(x)?.stream.abort(reason);
  }

  /** Leaves what arrives in the streams, or reads on. */
  setPaused(paused: boolean): void {
    if (this.#paused === paused) return;
    this.#paused = paused;
    for (const { stream } of this.#open.values()) {
      if (paused) stream.pause();
      else stream.resume();
    }
  }

  /** When the first stream will have stood still for too long; `Infinity` without any. */
  nextStill(): number {
    let next = Infinity;
    for (const { movedAt } of this.#open.values()) next = Math.min(next, movedAt + STILL_MS);
    return next;
  }

  /** Breaks off what has stood still for too long. */
  breakStill(): void {
    for (const { stream, movedAt } of [...this.#open.values()]) {
      if (this.#now() - movedAt >= STILL_MS) stream.abort(new Error("Nothing moved for too long"));
    }
  }

  #push(x: ExchangeId, frame: ReceivedFrame): void {
    const { push } = this.#deps;
    if (frame.type === "packed") push({ type: "packed", x, frame });
    else push({ type: "exchange", x, frame });
  }

  #eventsOf(
    x: ExchangeId,
    peer: PeerId,
    holder: Holder<ExchangeFrame>,
    onFrame: (frame: ReceivedFrame) => void,
  ): FrameStreamEvents<ReceivedFrame> {
    return {
      onFrame: (frame) => {
        this.#moved(x);
        onFrame(frame);
        if (this.#paused) holder.stream?.pause();
      },
      onRoom: () => {
        this.#moved(x);
        this.#deps.push({ type: "writable", x });
      },
      onClose: (error) => {
        holder.isClosed = true;
        if (error !== undefined) {
          this.#deps.logger.debug("An exchange ended early", { peer, error: causeChain(error) });
        }
        if (this.#open.delete(x)) this.#deps.push({ type: "closed", x });
      },
    };
  }

  #moved(x: ExchangeId): void {
    const exchange = this.#open.get(x);
    if (exchange !== undefined) exchange.movedAt = this.#now();
  }

  #now(): number {
    return this.#deps.clock.monotonic();
  }
}
