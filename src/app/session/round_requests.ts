/** Asks a watching engine for a round, and waits for what comes of it. */
import type { Clock } from "../../base/clock.ts";
import type { SyncEngine } from "../../sync/engine.ts";
import { errorOf, type PeerReport, type SyncReport } from "../../sync/report.ts";
import type { PeerId } from "../../swarm/peer.ts";

/** What is asked of the engine. */
type Engine = Pick<SyncEngine, "wake" | "peers">;

/** Somebody who waits for a round. */
interface Waiter {
  round(report: SyncReport): void;
  peer(report: PeerReport): void;
}

/** Rounds that have ended, for whoever waits for one. */
export class RoundRequests {
  readonly #clock: Clock;
  readonly #waiting = new Set<Waiter>();

  /** Measures by `clock`, as the engine does. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Tells of a round that has ended. */
  done(report: SyncReport): void {
    for (const waiter of [...this.#waiting]) waiter.round(report);
  }

  /** Tells of a peer with which all is done for now. */
  peerDone(report: PeerReport): void {
    for (const waiter of [...this.#waiting]) waiter.peer(report);
  }

  /**
   * Makes a watching engine start a round now; resolves to its report. A round that was under way
   * before has perhaps passed the peer that matters, so it does not count. A peer that is still busy
   * when the round ends, as rounds that come fast do not wait for it, is waited for.
   *
   * @throws `signal.reason` once the signal is aborted
   */
  async next(engine: Engine, signal: AbortSignal): Promise<SyncReport> {
    signal.throwIfAborted();
    const asked = this.#clock.monotonic();
    const { promise, resolve, reject } = Promise.withResolvers<SyncReport>();
    const late = new Map<PeerId, PeerReport>();
    let own: SyncReport | undefined;
    const look = (): void => {
      if (own === undefined) return;
      const busy = new Set(engine.peers().flatMap((one) => one.busy ? [one.peer] : []));
      if (own.waiting.some((peer) => busy.has(peer) && !late.has(peer))) return;
      resolve(withLate(own, late, Math.round(this.#clock.monotonic() - asked)));
    };
    const waiter: Waiter = {
      round: (report) => {
        if (this.#clock.monotonic() - report.durationMs >= asked) own ??= report;
        // It was under way when we asked, and may have used up our call.
        else engine.wake();
        look();
      },
      peer: (report) => {
        late.set(report.peer, report);
        look();
      },
    };
    const stop = (): void => reject(signal.reason);
    this.#waiting.add(waiter);
    signal.addEventListener("abort", stop, { once: true });
    engine.wake();
    try {
      return await promise;
    } finally {
      this.#waiting.delete(waiter);
      signal.removeEventListener("abort", stop);
    }
  }
}

/** The report of a round with what came of those that it did not wait for. */
function withLate(
  report: SyncReport,
  late: ReadonlyMap<PeerId, PeerReport>,
  durationMs: number,
): SyncReport {
  const more = report.waiting.flatMap((peer) => late.get(peer) ?? []);
  if (more.length === 0) return report;
  const peers = [...report.peers, ...more];
  const waiting = report.waiting.filter((peer) => !late.has(peer));
  return { ...report, peers, waiting, durationMs, error: errorOf(peers) };
}
