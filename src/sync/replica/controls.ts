/** The control streams of protocol 2: one with each peer, though both sides may open one. */
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import { causeChain } from "../../base/rr_error.ts";
import type { Event } from "../../named/effects.ts";
import type { ControlFrame, Frame } from "../../named/frames.ts";
import type { PeerId } from "../../swarm/peer.ts";
import type { FrameNet, FrameStream, FrameStreamEvents } from "../ports.ts";
import { ControlLosses } from "./control_losses.ts";
import { isOfStore } from "../own_store.ts";

/** Bytes that wait for a slow peer; beyond it live frames are dropped, and ticks make up. */
const LIVE_QUEUE_BYTES = 256 * 1024;

/** What the control streams need. */
export interface ControlsDeps {
  readonly self: PeerId;
  readonly net: FrameNet;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether a peer may be asked for a stream. */
  readonly couldServe: (peer: PeerId) => boolean;
  /** Takes what happens with the peers, in order. */
  readonly push: (event: Event) => void;
  /** Called when a peer has no stream any more, though it may be connected. */
  readonly onLost: (peer: PeerId) => void;
}

/** A stream that is being opened; it may have ended before it is handed out. */
export interface Holder<F extends Frame> {
  stream?: FrameStream<F>;
  isClosed?: boolean;
}

/** Opens, takes and keeps them until the signal is aborted. */
export class Controls {
  readonly #deps: ControlsDeps;
  readonly #stopped: AbortSignal;
  readonly #streams = new Map<string, FrameStream<ControlFrame>>();
  readonly #opening = new Set<PeerId>();
  readonly #losses: ControlLosses;

  /** Without any stream. */
  constructor(deps: ControlsDeps, stopped: AbortSignal) {
    this.#deps = deps;
    this.#stopped = stopped;
    this.#losses = new ControlLosses(deps.clock);
    stopped.addEventListener("abort", () => {
      for (const stream of this.#streams.values()) stream.abort(stopped.reason);
    }, { once: true });
  }

  /** The stream with a peer. */
  get(peer: string): FrameStream<ControlFrame> | undefined {
    return this.#streams.get(peer);
  }

  /** Whether a frame was sent, which it is not if it can wait and much does; `undefined` if there is no stream. */
  send(peer: string, frame: ControlFrame): boolean | undefined {
    const stream = this.#streams.get(peer);
    if (stream === undefined) return undefined;
    if (frame.type === "live" && stream.queued > LIVE_QUEUE_BYTES) return false;
    stream.send(frame);
    return true;
  }

  /** The peers that there is a stream with. */
  peers(): Iterable<string> {
    return this.#streams.keys();
  }

  /** Whether there is a stream with the peer, or will be soon. */
  isPending(peer: PeerId): boolean {
    return this.#opening.has(peer) || this.#streams.has(peer);
  }

  /** Makes sure that there is a stream with a connected peer, unless it was lost just now. */
  open(peer: PeerId): void {
    if (this.#stopped.aborted || this.isPending(peer)) return;
    if (!this.#deps.couldServe(peer) || this.#losses.isTooSoon(peer)) return;
    this.#opening.add(peer);
    const holder: Holder<ControlFrame> = {};
    this.#deps.net.openControl(peer, this.#eventsOf(peer, holder), this.#stopped).then((stream) => {
      holder.stream = stream;
      this.#opening.delete(peer);
      if (holder.isClosed) return this.#openAgain(peer);
      this.#use(peer, stream, this.#deps.self < peer);
    }, (error) => {
      this.#opening.delete(peer);
      this.#deps.logger.debug("Could not open a control stream", {
        peer,
        error: causeChain(error),
      });
    });
  }

  /** Breaks the stream with a peer off, for what could not be dealt with. */
  giveUp(peer: string, reason: Error): void {
    if (isOfStore(reason)) this.#losses.excuse(peer);
    this.#streams.get(peer)?.abort(reason);
  }

  /** Takes a stream that a peer has opened. */
  accept(stream: FrameStream<ControlFrame>): FrameStreamEvents<ControlFrame> {
    const { peer } = stream;
    const events = this.#eventsOf(peer, { stream });
    this.#use(peer, stream, peer < this.#deps.self);
    return events;
  }

  /** Of two streams with a peer, the one opened by the lower id stays. */
  #use(peer: PeerId, stream: FrameStream<ControlFrame>, byLower: boolean): void {
    const known = this.#streams.get(peer);
    if (known !== undefined && !byLower) {
      // Opened by the higher id, while ours is open: the other side closes it likewise.
      return stream.close();
    }
    if (known !== undefined) {
      this.#deps.push({ type: "down", peer });
      known.close();
    }
    this.#streams.set(peer, stream);
    this.#losses.opened(peer);
    this.#deps.push({ type: "up", peer });
  }

  #eventsOf(peer: PeerId, holder: Holder<ControlFrame>): FrameStreamEvents<ControlFrame> {
    return {
      onFrame: (frame) => {
        // What arrives before the opening is known of belongs to it all the same.
        queueMicrotask(() => {
          if (this.#streams.get(peer) === holder.stream) {
            this.#deps.push({ type: "frame", peer, frame });
          }
        });
      },
      onRoom: () => {},
      onClose: () => {
        holder.isClosed = true;
        if (holder.stream === undefined || this.#streams.get(peer) !== holder.stream) return;
        this.#streams.delete(peer);
        this.#deps.push({ type: "down", peer });
        if (!this.#stopped.aborted) this.#openAgain(peer);
      },
    };
  }

  // A connection may be left, such as the direct one when the relayed one goes.
  #openAgain(peer: PeerId): void {
    const { clock, net, onLost } = this.#deps;
    onLost(peer);
    clock.sleep(this.#losses.lost(peer), this.#stopped).then(() => {
      if (!net.speaks(peer)) this.#losses.forget(peer);
      this.open(peer);
    }, () => {});
  }
}
