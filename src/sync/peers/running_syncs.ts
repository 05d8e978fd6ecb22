/** The syncs that are under way: how many at a time, and what becomes of peers that connect meanwhile. */
import { createGate, type Gate } from "../../base/async/gate.ts";
import type { Clock } from "../../base/clock.ts";
import type { PeerReport } from "../report.ts";
import type { FoundPeer } from "./discover.ts";
import type { PeerSession } from "./peer_session.ts";
import type { PeerSessions } from "./peer_sessions.ts";

/** A peer that connects over and over is synced with at most this often. */
const CALLBACK_PAUSE_MS = 1_000;
/** Peers that no directory names and that are waited for as long as any other. */
const MOST_WAITED_FOR = 16;
/** If there are more, most of them are gone for good: how long each may take to be reached. */
const LOOK_MS = 4_000;
/** How many of them are looked for at a time: a dead one costs no more than some packets. */
const LOOKS = 64;

/** In what a sync takes part: one round, or a watch. */
export interface SyncRun {
  readonly signal: AbortSignal;
  readonly push: boolean;
  /** For how long a peer that failed is left alone at first; 0 for not at all. */
  readonly retryMs: number;
  /** Whether no other round follows, so that nothing may be put off. */
  readonly isLast: boolean;
}

/** Starts syncs with peers, and knows which are under way. */
export class RunningSyncs {
  readonly #sessions: PeerSessions;
  readonly #clock: Clock;
  readonly #gate: Gate;
  readonly #looks = createGate(LOOKS);
  /** Syncs, and what else has to end before the engine has. */
  readonly #tasks = new Set<Promise<unknown>>();
  /** Peers that connected while a sync with them was under way. */
  readonly #calledBack = new Set<PeerSession>();

  /** @param concurrency how many syncs may run at a time; looks at peers that may be gone come on top */
  constructor(sessions: PeerSessions, clock: Clock, concurrency: number) {
    this.#sessions = sessions;
    this.#clock = clock;
    this.#gate = createGate(concurrency);
  }

  /** Starts a sync with each. The living first: a look at many who may be gone goes on beside, and is short. */
  startAll(chosen: readonly FoundPeer[], run: SyncRun): Promise<PeerReport>[] {
    const remembered = chosen.filter((one) => one.standing === "remembered");
    const isLook = (one: FoundPeer): boolean =>
      one.standing === "remembered" && remembered.length > MOST_WAITED_FOR;
    return chosen.map((one) => {
      const session = this.#sessions.get(one.peer)!;
      session.update(one);
      return this.start(session, run, isLook(one) ? { connectMs: LOOK_MS } : {});
    });
  }

  /** Starts a sync, as soon as there is room for it. */
  start(
    session: PeerSession,
    run: SyncRun,
    { delayMs = 0, connectMs }: { readonly delayMs?: number; readonly connectMs?: number } = {},
  ): Promise<PeerReport> {
    const { signal } = run;
    const gate = connectMs === undefined ? this.#gate : this.#looks;
    const release = session.reserve();
    const sync = async (): Promise<PeerReport> => {
      if (delayMs > 0) await this.#clock.sleep(delayMs, signal);
      return await gate.run(() => session.sync({ ...run, connectMs }, signal), signal);
    };
    const task = sync().finally(() => {
      release();
      const calledBack = this.#calledBack.delete(session);
      if (calledBack && session.failing && !signal.aborted) this.#startAgain(session, run);
    });
    this.track(task);
    return task;
  }

  /** A peer has connected: it is synced with now, or after the sync under way, should that fail. */
  callBack(session: PeerSession, run: SyncRun): void {
    // A sync that is under way may be trying an address that is dead.
    if (session.busy) this.#calledBack.add(session);
    else this.#startAgain(session, run);
  }

  /** No sync begins any more because a peer has connected. */
  forgetCallbacks(): void {
    this.#calledBack.clear();
  }

  /** Has {@linkcode RunningSyncs.settled} wait for the task too, however it ends. */
  track(task: Promise<unknown>): void {
    // Whoever started it hears how it ends.
    const settled = task.catch(() => {}).finally(() => this.#tasks.delete(settled));
    this.#tasks.add(settled);
  }

  /** Resolves when all that is under way has ended. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#tasks);
  }

  #startAgain(session: PeerSession, run: SyncRun): void {
    if (!session.takeCallback()) return;
    this.start(session, run, { delayMs: Math.max(0, CALLBACK_PAUSE_MS - session.idleMs) });
  }
}
