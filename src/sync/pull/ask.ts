/** Asks a peer for a piece of its log until there is an answer, or it is clear that there is none. */
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { Random } from "../../base/random.ts";
import { MAX_BATCH_ENTRIES, type RequestPolicy } from "../options.ts";
import { afterFailure, limitAfterReply } from "./plan.ts";
import { LinkError, type PeerLink } from "../ports.ts";
import type { PullReply } from "../../swarm/messages.ts";
import type { PeerId } from "../../swarm/peer.ts";
import { idleTimeoutMs, pauseMs } from "../request_timing.ts";

/** What asking needs. */
export interface AskDeps {
  readonly peer: PeerId;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** The open link to the peer, or a new one. */
  readonly connect: (signal: AbortSignal) => Promise<PeerLink>;
}

/** How to ask. */
export interface AskOptions {
  /** Entries asked for at first, at least 1. */
  readonly limit: number;
  readonly request: RequestPolicy;
}

/** What is remembered of a peer from one question to the next. */
export interface AskMemory {
  /** Batch size that went through lately. */
  limit: number | undefined;
  /** The place that no answer could be had for, and how many pulls in a row ended there. */
  stuck: { readonly cursor: number; readonly times: number } | undefined;
}

/** An answer, what it answers, and who gave it. */
export interface Asked {
  readonly reply: PullReply;
  /** The entries of the answer come after this place, which may be further than was asked for. */
  readonly cursor: number;
  readonly link: PeerLink;
}

/**
 * How far a batch may grow while a long log is followed: each costs some round trips and a
 * transaction, and with 4,000 entries instead of the usual 1,000 it all takes an eighth less time.
 */
const GROWTH = 4;
/** Over a relay of the original a connection may carry 128 KiB, some 3,000 entries; ask for less. */
const RELAYED_LIMIT = 250;
/** Pulls that have to end at a place before it may be passed over. */
const STUCK_TIMES = 3;
/** Places of a log tried one after another behind one that the peer cannot answer for. */
const MAX_PROBES = 8;

/** Asks one peer. */
export class Asker {
  readonly #deps: AskDeps;
  readonly #options: AskOptions;
  readonly #memory: AskMemory;
  readonly #onSkipped: (count: number) => void;

  /** Keeps the batch size in `memory`; tells `onSkipped` of places that were passed over. */
  constructor(
    deps: AskDeps,
    options: AskOptions,
    memory: AskMemory,
    onSkipped: (count: number) => void,
  ) {
    this.#deps = deps;
    this.#options = options;
    this.#memory = memory;
    this.#onSkipped = onSkipped;
  }

  /**
   * The entries after `cursor`, asked for with smaller and smaller batches if need be.
   *
   * @throws {LinkError} if the peer fails for good; `signal.reason`
   */
  async ask(cursor: number, signal: AbortSignal): Promise<Asked> {
    const { clock, random, connect } = this.#deps;
    const { request } = this.#options;
    for (let failures = 0;;) {
      const link = await connect(signal);
      const limit = this.#limitFor(link);
      try {
        const timeout = idleTimeoutMs(failures, request);
        const reply = await link.pull({ cursor, limit }, { signal, idleTimeoutMs: timeout });
        this.#memory.limit = limitAfterReply(limit, this.#mostFor(link), reply);
        return { reply, cursor, link };
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof LinkError)) throw error;
        const { attempts } = request;
        const linkOpen = !link.closed.aborted;
        const step = afterFailure({ code: error.code, linkOpen, limit, failures, attempts });
        if (step.kind === "give-up" || step.kind === "hold") throw error;
        if (step.kind === "stuck") return await this.#passOver(cursor, error, signal);
        this.#memory.limit = step.limit;
        if (step.kind === "smaller") continue;
        failures++;
        if (step.reconnect) await link.close();
        await clock.sleep(pauseMs(failures, request, random), signal);
      }
    }
  }

  #limitFor(link: PeerLink): number {
    const { limit } = this.#options;
    return this.#memory.limit ??
      (link.route === "relayed" ? Math.min(limit, RELAYED_LIMIT) : limit);
  }

  #mostFor(link: PeerLink): number {
    const { limit } = this.#options;
    return link.route === "relayed" ? limit : Math.min(limit * GROWTH, MAX_BATCH_ENTRIES);
  }

  /**
   * Looks for the next place that the peer can answer for. An entry is passed over only if it is
   * surely the entry and not the peer: several pulls have ended there, the place behind it can be
   * had now, and after that the place itself fails once more.
   */
  async #passOver(cursor: number, error: LinkError, signal: AbortSignal): Promise<Asked> {
    const { peer, logger } = this.#deps;
    const { stuck } = this.#memory;
    const times = stuck?.cursor === cursor ? stuck.times + 1 : 1;
    this.#memory.stuck = { cursor, times };
    for (let at = cursor + 1; times >= STUCK_TIMES && at <= cursor + MAX_PROBES; at++) {
      const found = await this.#askForOne(at, signal);
      if (!found) continue;
      const again = await this.#askForOne(cursor, signal);
      if (again) return again;
      this.#onSkipped(at - cursor);
      const fields = { peer, after: cursor, upTo: at, error: error.message };
      logger.warn("Passed over a place in a peer's log that it cannot answer for", fields);
      return found;
    }
    throw new LinkError(
      error.code,
      `Cannot follow peer "${peer}" past ${cursor}: it answers not even for one entry`,
      { cause: error },
    );
  }

  async #askForOne(cursor: number, signal: AbortSignal): Promise<Asked | undefined> {
    const link = await this.#deps.connect(signal);
    try {
      const timeout = idleTimeoutMs(0, this.#options.request);
      const reply = await link.pull({ cursor, limit: 1 }, { signal, idleTimeoutMs: timeout });
      return { reply, cursor, link };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof LinkError) || link.closed.aborted) throw error;
      return undefined;
    }
  }
}
