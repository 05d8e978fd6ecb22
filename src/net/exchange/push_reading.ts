/** A push that comes in: stored part by part, at the pace at which that goes. */
import type { Stream } from "@libp2p/interface";
import type { Gate } from "../../base/async/gate.ts";
import { type ProgressOptions, ProgressTimer } from "../../base/async/progress_timer.ts";
import { yieldToLoop } from "../../base/async/yield_to_loop.ts";
import { letGo } from "../../base/bytes.ts";
import type { PeerService } from "../../sync/ports.ts";
import type { PushReply, PushRequest } from "../../swarm/messages.ts";
import { PushDecoder } from "../../wire/push_parts.ts";
import type { ByteShare } from "./byte_budget.ts";
import { PieceReader } from "./piece_reader.ts";

/** What storing takes. */
export interface PushOptions extends ProgressOptions {
  readonly totalMs: number;
  readonly signal: AbortSignal;
  /** Lets a few at a time decode and store. */
  readonly gate: Gate;
  readonly service: PeerService;
}

/** Create it in the same turn in which the stream was handed over. */
export class PushReading {
  readonly #reader: PieceReader;
  readonly #share: ByteShare;
  #decoder: PushDecoder | undefined;
  #inserted = 0;
  #ignored = 0;

  /** `share` is told what is held. */
  constructor(stream: Stream, share: ByteShare) {
    this.#share = share;
    this.#reader = new PieceReader(stream, { onMore: () => this.#count() });
  }

  /**
   * Reads to the end, and answers with the numbers of all parts, which the sender expects. A part that
   * cannot be stored is the last.
   *
   * @throws {WireError} if it is no push; parts before may be stored, which are ignored when they come again
   * @throws {NoProgressError} if it comes too slowly
   */
  async store(compressed: boolean, options: PushOptions): Promise<PushReply> {
    const { gate, signal } = options;
    using decoder = new PushDecoder(compressed);
    this.#decoder = decoder;
    let spentMs = 0;
    for (;;) {
      const before = options.clock.monotonic();
      const piece = await this.#next({ ...options, spentMs });
      spentMs += options.clock.monotonic() - before;
      const parts = piece === undefined ? endOf(decoder) : decoder.feed(piece);
      const failed = await gate.run(() => this.#take(parts, options), signal);
      if (piece !== undefined) letGo(piece);
      this.#count();
      if (failed !== undefined) return failed;
      if (piece === undefined) break;
    }
    return { ok: true, inserted: this.#inserted, ignored: this.#ignored };
  }

  async #next(timing: PushOptions): Promise<Uint8Array | undefined> {
    if (this.#reader.isReady) return await this.#reader.next(timing.signal);
    using timer = new ProgressTimer(timing);
    return await this.#reader.next(timer.signal);
  }

  async #take(
    parts: Iterable<PushRequest>,
    { service, signal }: PushOptions,
  ): Promise<PushReply | undefined> {
    for (const { entries, rejected } of parts) {
      signal.throwIfAborted();
      const reply = await service.push(entries, rejected);
      if (!reply.ok) return reply;
      this.#inserted += reply.inserted ?? 0;
      this.#ignored += reply.ignored ?? 0;
      await yieldToLoop();
    }
    return undefined;
  }

  #count(): void {
    this.#share.hold(this.#reader.held + (this.#decoder?.held ?? 0));
  }
}

function* endOf(decoder: PushDecoder): Generator<PushRequest> {
  yield decoder.end();
}
