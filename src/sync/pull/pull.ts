/**
 * Follows one peer's log until caught up.
 *
 * What stands here holds whatever the peer does:
 * - an entry that came is stored before the cursor moves past it, both in one transaction;
 * - the cursor counts in the log that answers: each new connection has to show the entry at the
 *   cursor again, and if it is another one, the log was replaced and is followed from its beginning
 *   (entries that are here already are ignored by id);
 * - every failure either makes the next request smaller or is counted, so the loop ends.
 */
import { causeChain } from "../../base/rr_error.ts";
import { linkedController } from "../../base/async/linked_signal.ts";
import { yieldToLoop } from "../../base/async/yield_to_loop.ts";
import { type AskDeps, type Asked, Asker, type AskMemory, type AskOptions } from "./ask.ts";
import type { DeviceId } from "../../history/entry.ts";
import type { SyncListener } from "../events.ts";
import { retryWhileBusy } from "../../base/async/retry_while_busy.ts";
import { countOf, isSameLog, lastIdOf, rowsAtOnce, withoutFirst } from "./plan.ts";
import { LONG_PULL, LongPull } from "./long_pull.ts";
import { type HistoryLog, LinkError, type LongWriter, type PeerLink } from "../ports.ts";
import type { AppendResult, PullState } from "../../swarm/log.ts";
import type { PullReply } from "../../swarm/messages.ts";
import { noPulls, type PullTotals } from "../report.ts";
import { logRejected, MAX_STORED_AT_ONCE } from "../serve.ts";

/** What a pull needs. */
export interface PullDeps extends AskDeps {
  readonly log: HistoryLog;
  readonly onEvent: SyncListener;
  readonly deviceId: DeviceId;
  /** Starts what stores a long pull; without it everything is stored by `log`. */
  readonly openWriter?: (() => Promise<LongWriter>) | undefined;
  /** Called when the peer does not hold any more what it was given: it is to be given again. */
  readonly onLogLost: () => void;
}

/** What is remembered of a peer from one pull to the next. */
export interface PullMemory extends AskMemory {
  /**
   * The link whose log was found to be the one that we follow. It stays that for as long as it is
   * open: a program keeps its database open, so another one comes with another connection.
   */
  trusted: PeerLink | undefined;
  /** When the log was last followed from its beginning because it had been replaced. */
  restartedAt: number | undefined;
  /** When it was last held to have lost what it was given, as its whole log held nothing of it. */
  suspectedAt: number | undefined;
  /**
   * How far a log was followed that was replaced once more before its beginning could be read again.
   * Not stored: what stands before it has still to be read.
   */
  detour: PullState | undefined;
}

const BEGINNING: PullState = { cursor: 0, lastId: undefined };

/**
 * A peer that prunes or deletes its newest entries looks like one with a new database. Reading all
 * of it again is bounded to once a day; a database that is replaced twice waits for the next day.
 */
const RESTART_PAUSE_MS = 24 * 3_600_000;
/** Connections that may be lost while finding out whether the log is the same. */
const MAX_RESUMES = 5;

/**
 * Entries of one pull, some decades of commands, and answers: a peer that gives one entry at a time
 * could go on for ever. Both are far above what a peer that means well needs.
 */
const MOST_PULLED = 5_000_000;
const MOST_ANSWERS = 20_000;

/** Entries of the first transaction, before it is known how fast this machine is. */
const FIRST_STORED_AT_ONCE = 1_000;

/** One pull. */
export class PullRun {
  /** Counts so far; right also after a failure. */
  readonly totals: PullTotals = noPulls();
  readonly #deps: PullDeps;
  readonly #memory: PullMemory;
  readonly #asker: Asker;
  #rowsAtOnce = FIRST_STORED_AT_ONCE;
  #long: LongPull | undefined;
  /** Whether none could be started. */
  #hasNoWriter = false;
  /** Whether the peer has given an entry of this device back. */
  #sawOwn = false;

  /** Prepares a pull; `memory` is changed by it. */
  constructor(deps: PullDeps, options: AskOptions, memory: PullMemory) {
    this.#deps = deps;
    this.#memory = memory;
    this.#asker = new Asker(deps, options, memory, (count) => this.totals.skipped += count);
  }

  /**
   * Pulls until the peer has nothing more. One batch is asked for ahead while the one before is
   * stored. Aborting stops the waiting; what was stored stays stored.
   *
   * @throws {LinkError} if the peer fails; RrError if the database does; `signal.reason`
   */
  async run(signal: AbortSignal): Promise<void> {
    using scope = linkedController(signal);
    try {
      await this.#follow(scope.signal);
      await this.#storeAll();
    } finally {
      scope.abort(new LinkError("closed", "The pull is over"));
      await this.#long?.[Symbol.asyncDispose]();
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { peer } = this.#deps;
    let state = await this.#startingPoint(signal);
    const isWhole = state.cursor <= 0;
    let asked: Asked | undefined = await this.#resume(state, signal);
    let answers = 0;
    while (countOf(asked.reply) > 0) {
      if (++answers > MOST_ANSWERS || this.totals.received > MOST_PULLED) {
        // What is left comes next time; a log that has no end must not hold up everything else.
        this.#deps.logger.warn("A peer's log is very long: the rest comes with the next sync", {
          peer,
          received: this.totals.received,
        });
        return;
      }
      const next = asked.reply.nextCursor;
      if (next === null || next <= asked.cursor) {
        await this.#store(asked.reply, undefined, signal);
        throw new LinkError(
          "invalid",
          `Cannot follow peer "${peer}": asked for entries after ${asked.cursor}, ` +
            `it answered with next_cursor ${next}`,
        );
      }
      const ahead = this.#asker.ask(next, signal);
      ahead.catch(() => {}); // looked at below, unless storing fails first
      state = { cursor: next, lastId: lastIdOf(asked.reply) };
      await yieldToLoop();
      await this.#store(asked.reply, state, signal);
      // Else it is held while the next one is read: a quarter of all memory in a long pull.
      asked = undefined;
      asked = await ahead;
      if (asked.link !== this.#memory.trusted) asked = await this.#resume(state, signal);
    }
    if (isWhole && !this.#sawOwn) await this.#suspectLoss(signal);
  }

  // Its whole log holds nothing of ours. If we gave it something, it has lost that, or prunes it away:
  // it is given it again, but not over and over.
  async #suspectLoss(signal: AbortSignal): Promise<void> {
    const now = this.#deps.clock.monotonic();
    const { suspectedAt } = this.#memory;
    if (suspectedAt !== undefined && now - suspectedAt < RESTART_PAUSE_MS) return;
    this.#memory.suspectedAt = now;
    await this.#tellLogLost(signal);
  }

  #tellLogLost(signal: AbortSignal): Promise<void> {
    return retryWhileBusy(this.#deps.onLogLost, this.#deps.clock, signal);
  }

  async #startingPoint(signal: AbortSignal): Promise<PullState> {
    const { log, clock, peer } = this.#deps;
    const { detour } = this.#memory;
    if (detour === undefined) return await retryWhileBusy(() => log.pullState(peer), clock, signal);
    return this.#mayRestart(detour.cursor) ? await this.#restart(signal) : detour;
  }

  /** The first answer, from a log that is known to be the one that we follow. */
  async #resume(from: PullState, signal: AbortSignal): Promise<Asked> {
    // Whether it is the same log is seen by what is stored.
    await this.#storeAll();
    let state = from;
    for (let resumes = 0; resumes < MAX_RESUMES; resumes++) {
      const { cursor } = state;
      if (cursor <= 0) return this.#trust(await this.#asker.ask(0, signal));
      if (await this.#deps.connect(signal) === this.#memory.trusted) {
        const asked = await this.#asker.ask(cursor, signal);
        if (asked.link === this.#memory.trusted) return asked;
        continue;
      }
      const asked = await this.#asker.ask(cursor - 1, signal);
      // Something was passed over, so it is not the entry at the cursor that answers.
      if (asked.cursor !== cursor - 1) return this.#trust(asked);
      if (await this.#isSame(state, asked.reply, signal)) {
        const reply = withoutFirst(asked.reply);
        this.#trust(asked);
        if (countOf(reply) > 0) return { ...asked, reply, cursor };
      } else if (this.#mayRestart(cursor)) state = await this.#restart(signal);
      else {
        await this.#tellLogLost(signal);
        this.#memory.detour = state;
        return this.#trust(asked);
      }
    }
    throw new LinkError(
      "closed",
      `Cannot follow peer "${this.#deps.peer}": its connection keeps breaking`,
    );
  }

  /** Goes back to the beginning, for good: what happens from here on cannot make us skip a part. */
  async #restart(signal: AbortSignal): Promise<PullState> {
    const { log, clock, peer } = this.#deps;
    this.#memory.detour = undefined;
    await this.#tellLogLost(signal);
    await retryWhileBusy(() => log.appendPulled(peer, [], BEGINNING), clock, signal);
    return BEGINNING;
  }

  #trust(asked: Asked): Asked {
    this.#memory.trusted = asked.link;
    return asked;
  }

  #isSame(state: PullState, reply: PullReply, signal: AbortSignal): Promise<boolean> {
    const { log, clock } = this.#deps;
    return retryWhileBusy(() => isSameLog(state, reply, (id) => log.has(id)), clock, signal);
  }

  #mayRestart(cursor: number): boolean {
    const { clock, onEvent, peer } = this.#deps;
    const { restartedAt } = this.#memory;
    const now = clock.monotonic();
    if (restartedAt !== undefined && now - restartedAt < RESTART_PAUSE_MS) return false;
    this.#memory.restartedAt = now;
    onEvent({ type: "log-replaced", peer, cursor });
    return true;
  }

  /** Stores an answer; without `state` the cursor stays where it is. */
  async #store(reply: PullReply, state: PullState | undefined, signal: AbortSignal): Promise<void> {
    const { log, clock, peer, logger, onEvent } = this.#deps;
    const { entries, rejected = [] } = reply;
    this.#sawOwn ||= entries.some((entry) => entry.deviceId === this.#deps.deviceId);
    logRejected(rejected, logger, { peer });
    this.totals.received += countOf(reply);
    this.totals.rejected += rejected.length;
    // On a detour the cursor of the log that was left stays stored, so that it is gone back to.
    const kept = this.#memory.detour === undefined ? state : undefined;
    if (this.#memory.detour && state) this.#memory.detour = state;
    if (kept && await this.#isLong()) return await this.#long!.add(entries, kept);
    await this.#storeAll();
    let at = 0;
    do {
      if (at > 0) await yieldToLoop();
      const part = entries.slice(at, at + this.#rowsAtOnce);
      at += part.length;
      const whole = at >= entries.length;
      const store = (): AppendResult =>
        whole && kept ? log.appendPulled(peer, part, kept) : log.append(part, { fromPeer: true });
      const result = await retryWhileBusy(() => this.#timed(part.length, store), clock, signal);
      this.totals.inserted += result.inserted;
      this.totals.ignored += result.ignored;
    } while (at < entries.length);
    onEvent({ type: "pull-progress", peer, totals: { ...this.totals } });
  }

  /** Whether what comes is to be stored by a writer; starts one if there is none yet. */
  async #isLong(): Promise<boolean> {
    const { openWriter, peer, logger, onEvent } = this.#deps;
    if (this.#long !== undefined) return true;
    if (openWriter === undefined || this.totals.received < LONG_PULL || this.#hasNoWriter) {
      return false;
    }
    try {
      this.#long = new LongPull(await openWriter(), peer, ({ inserted, ignored }) => {
        this.totals.inserted += inserted;
        this.totals.ignored += ignored;
        onEvent({ type: "pull-progress", peer, totals: { ...this.totals } });
      });
      return true;
    } catch (error) {
      this.#hasNoWriter = true;
      logger.warn("A long pull is stored piece by piece", { peer, error: causeChain(error) });
      return false;
    }
  }

  /** Waits for what was handed to a writer, which is ended. */
  async #storeAll(): Promise<void> {
    const long = this.#long;
    this.#long = undefined;
    await long?.end();
  }

  #timed(rows: number, store: () => AppendResult): AppendResult {
    const { clock } = this.#deps;
    const startedAt = clock.monotonic();
    const result = store();
    const ms = clock.monotonic() - startedAt;
    this.#rowsAtOnce = rowsAtOnce(this.#rowsAtOnce, MAX_STORED_AT_ONCE, rows, ms);
    return result;
  }
}
