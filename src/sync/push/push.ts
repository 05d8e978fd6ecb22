/** Gives one peer the entries of this device that it does not have yet. */
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { Random } from "../../base/random.ts";
import { RrError } from "../../base/rr_error.ts";
import type { DeviceId, Entry } from "../../history/entry.ts";
import { checkEntry, EntryError } from "../../history/check_entry.ts";
import type { SyncListener } from "../events.ts";
import type { RequestPolicy } from "../options.ts";
import { retryWhileBusy } from "../../base/async/retry_while_busy.ts";
import { afterFailure } from "../pull/plan.ts";
import { type HistoryLog, LinkError, type PeerLink } from "../ports.ts";
import type { PushReply } from "../../swarm/messages.ts";
import type { PeerId } from "../../swarm/peer.ts";
import { noPushes, type PushTotals } from "../report.ts";
import { idleTimeoutMs, pauseMs } from "../request_timing.ts";

/** JSON bytes aimed at in one push: the same considerations as for an answer. */
const PUSH_BYTES = 1024 * 1024;

/** What a push needs. */
export interface PushDeps {
  readonly peer: PeerId;
  /** Only entries of this device are sent. */
  readonly deviceId: DeviceId;
  readonly log: HistoryLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** The open link to the peer, or a new one. */
  readonly connect: (signal: AbortSignal) => Promise<PeerLink>;
  readonly onEvent: SyncListener;
}

/** How a push sends. */
export interface PushOptions {
  /** Most entries sent at once, at least 1. */
  readonly limit: number;
  readonly request: RequestPolicy;
}

/** What is remembered of a peer from one push to the next. */
export interface PushMemory {
  /** Batch size that went through lately. */
  limit: number | undefined;
  /**
   * Entries that wait for a connection that can carry them, by id. The stored cursor stays before the
   * first of them.
   */
  held: string[];
  /** How far the others were sent meanwhile. */
  sentUpTo: number;
}

/** One push. */
export class PushRun {
  /** Counts so far; right also after a failure. */
  readonly totals: PushTotals = noPushes();
  readonly #deps: PushDeps;
  readonly #options: PushOptions;
  readonly #memory: PushMemory;
  /** Failures since the last answer. */
  #failures = 0;

  /** Prepares a push; `memory` is changed by it. */
  constructor(deps: PushDeps, options: PushOptions, memory: PushMemory) {
    this.#deps = deps;
    this.#options = options;
    this.#memory = memory;
  }

  /**
   * Sends until the peer has everything but what waits for a better connection. What it acknowledged
   * is not sent again, unless it comes after something that waits; what was sent when the signal is
   * aborted may have arrived.
   *
   * @throws {LinkError} if the peer fails; {RrError} `network` if it refuses the entries, or whatever
   * the database throws; `signal.reason`
   */
  async run(signal: AbortSignal): Promise<void> {
    const { log, clock, peer, deviceId } = this.#deps;
    const stored = await retryWhileBusy(() => log.pushCursor(peer), clock, signal);
    let cursor = await this.#startingPoint(stored, signal);
    for (;;) {
      const limit = { entries: this.#limit, bytes: PUSH_BYTES };
      const after = cursor;
      const { entries, lastSeq } = await retryWhileBusy(
        () => log.entriesAfter(after, limit, deviceId),
        clock,
        signal,
      );
      if (lastSeq === undefined) return;
      this.totals.pending = true;
      if (!await this.#sendAll(entries, signal)) continue;
      cursor = await retryWhileBusy(() => this.#advance(after, lastSeq), clock, signal);
    }
  }

  // What waits is tried again as soon as the connection is not a limited one.
  async #startingPoint(stored: number, signal: AbortSignal): Promise<number> {
    const memory = this.#memory;
    if (memory.held.length === 0) return stored;
    if (memory.sentUpTo > stored) {
      const link = await this.#deps.connect(signal);
      if (link.roomBytes !== undefined) return memory.sentUpTo;
    }
    memory.held = [];
    return stored;
  }

  // A pull at the same time may have found that the peer has lost what it was given.
  #advance(from: number, to: number): number {
    const { log, peer } = this.#deps;
    if (this.#memory.held.length > 0) return this.#memory.sentUpTo = to;
    const stored = log.pushCursor(peer);
    if (stored < from) return stored;
    log.advancePushCursor(peer, to);
    return to;
  }

  get #limit(): number {
    return Math.min(this.#memory.limit ?? this.#options.limit, this.#options.limit);
  }

  /** Whether the peer is done with these entries; if not, fewer of them have to be tried. */
  async #sendAll(entries: readonly Entry[], signal: AbortSignal): Promise<boolean> {
    const sendable = entries.filter((entry) => this.#isSendable(entry));
    if (sendable.length === 0) return true;
    const reply = await this.#send(sendable, signal);
    if (reply === "smaller") return false;
    if (reply === "hold") {
      this.#hold(sendable[0]!);
      return true;
    }
    if (reply === "too-large") {
      this.#passOver(sendable[0]!, "too large for one message");
      return true;
    }
    this.#count(sendable.length, reply);
    const { limit } = this.#options;
    this.#memory.limit = Math.min(limit, this.#limit + Math.max(1, this.#limit >> 2));
    return true;
  }

  /** The peer's answer, or that fewer entries have to be tried, or that not even one can be sent. */
  async #send(
    entries: readonly Entry[],
    signal: AbortSignal,
  ): Promise<PushReply | "smaller" | "too-large" | "hold"> {
    const { connect, clock, random } = this.#deps;
    const { request } = this.#options;
    const link = await connect(signal);
    try {
      const timeout = idleTimeoutMs(this.#failures, request);
      const reply = await link.push(entries, { signal, idleTimeoutMs: timeout });
      this.#failures = 0;
      return reply;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof LinkError)) throw error;
      const { code } = error;
      const failures = this.#failures;
      const [linkOpen, limit] = [!link.closed.aborted, entries.length];
      const step = afterFailure({ code, linkOpen, limit, failures, attempts: request.attempts });
      if (step.kind === "stuck" && code === "too-large") return "too-large";
      if (step.kind === "hold") return "hold";
      if (step.kind === "stuck" || step.kind === "give-up") throw error;
      this.#memory.limit = step.limit;
      if (step.kind === "again") {
        this.#failures++;
        if (step.reconnect) await link.close();
        await clock.sleep(pauseMs(this.#failures, request, random), signal);
      }
      return "smaller";
    }
  }

  #count(sent: number, reply: PushReply): void {
    const { peer, onEvent } = this.#deps;
    const { ok, inserted, ignored } = reply;
    if (!ok) {
      throw new RrError("network", "p2p push rejected", {
        hint: `Look into the log of peer ${peer}: its database refuses the entries`,
      });
    }
    this.totals.sent += sent;
    if (inserted !== null) this.totals.inserted = (this.totals.inserted ?? 0) + inserted;
    if (ignored !== null) this.totals.ignored = (this.totals.ignored ?? 0) + ignored;
    onEvent({ type: "push-ack", peer, sent, inserted, ignored });
  }

  /** The original refuses a whole message for one entry that breaks a rule. */
  #isSendable(entry: Entry): boolean {
    try {
      checkEntry(entry);
      return true;
    } catch (error) {
      if (!(error instanceof EntryError)) throw error;
      this.#passOver(entry, error.message);
      return false;
    }
  }

  #hold({ id }: Entry): void {
    const { peer, onEvent } = this.#deps;
    this.#memory.held.push(id);
    onEvent({ type: "push-held", peer, id });
  }

  #passOver(entry: Entry, reason: string): void {
    const { peer, logger } = this.#deps;
    this.totals.skipped++;
    logger.warn("Did not send an entry", { peer, id: String(entry.id).slice(0, 128), reason });
  }
}
