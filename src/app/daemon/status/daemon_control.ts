/** What a daemon does when it is asked through its socket. */
import type { Clock } from "../../../base/clock.ts";
import { RrError } from "../../../base/rr_error.ts";
import type { SyncReport } from "../../../sync/report.ts";
import type { ControlHandlers } from "../../../control/server.ts";
import type { DaemonStatus } from "./daemon_status.ts";
import type { SyncSession } from "../../session/session.ts";

/** What answering needs. */
export interface ControlParts {
  readonly clock: Clock;
  readonly status: () => DaemonStatus;
  /** The running session; `undefined` between two. */
  readonly session: () => SyncSession | undefined;
  /** Reads the configuration again; gives the keys that need a restart. */
  readonly reload: () => readonly string[];
  readonly stop: () => void;
}

/** How long to wait for a session that is starting. */
const STARTING_MS = 5_000;
const STARTING_CHECK_MS = 50;
/** How often `watch` shows a new status. */
const WATCH_MS = 1_000;

/** What `sync` results in: what came of one round, in numbers and words. */
export interface SyncSummary {
  readonly peers: readonly {
    readonly peer_id: string;
    readonly device_id: string | null;
    readonly route: string | null;
    readonly received: number;
    readonly inserted: number;
    readonly sent: number;
    readonly error: string | null;
  }[];
  readonly error: string | null;
  readonly hint: string | null;
}

/** The handlers of a daemon's control socket. */
export function controlHandlers(parts: ControlParts): ControlHandlers {
  return {
    status: () => Promise.resolve(parts.status()),
    watch: (_params, signal) => watch(parts, signal),
    sync: async (_params, signal) => summaryOf(await syncNow(parts, signal)),
    reload: () => Promise.resolve({ needs_restart: parts.reload() }),
    stop: () => {
      parts.stop();
      return Promise.resolve({});
    },
  };
}

async function* watch(
  parts: ControlParts,
  signal: AbortSignal,
): AsyncGenerator<DaemonStatus, null> {
  for (;;) {
    yield parts.status();
    try {
      await parts.clock.sleep(WATCH_MS, signal);
    } catch {
      return null;
    }
  }
}

// A new configuration ends the session, and the round that was asked for is one of the next session.
async function syncNow(parts: ControlParts, signal: AbortSignal): Promise<SyncReport> {
  for (let last: SyncSession | undefined;;) {
    const running = await sessionAfter(last, parts, signal);
    try {
      return await running.nextRound(signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!running.node.stopped.aborted) throw error;
      last = running;
    }
  }
}

async function sessionAfter(
  last: SyncSession | undefined,
  { session, clock }: ControlParts,
  signal: AbortSignal,
): Promise<SyncSession> {
  for (const since = clock.monotonic(); clock.monotonic() - since < STARTING_MS;) {
    const running = session();
    if (running !== undefined && running !== last) return running;
    await clock.sleep(STARTING_CHECK_MS, signal);
  }
  throw new RrError("busy", "The daemon is not taking part in the network now", {
    hint: "See its log for why, or try again in a moment",
  });
}

/** A report as JSON. */
function summaryOf(report: SyncReport): SyncSummary {
  return {
    peers: report.peers.map((one) => ({
      peer_id: one.peer,
      device_id: one.deviceId ?? null,
      route: one.route ?? null,
      received: one.pull.received,
      inserted: one.pull.inserted,
      sent: one.push?.sent ?? 0,
      error: (one.pullError ?? one.pushError)?.message ?? null,
    })),
    error: report.error?.message ?? null,
    hint: report.error instanceof RrError ? report.error.hint ?? null : null,
  };
}
