/** One session of a daemon: opened, its parts run, closed. */
import { clearErased } from "./clear_erased.ts";
import { supervise } from "../../base/async/supervise.ts";
import type { SyncEvent } from "../../sync/events.ts";
import type { DaemonConfig } from "../daemon_config.ts";
import { logSyncEvent, nodeEventLog } from "../event_log.ts";
import { loadExistingKeys, loadKeys } from "../keys.ts";
import { openSession, type SyncSession } from "../session.ts";
import type { HistoryContext, SessionContext } from "./context.ts";
import { partsOf, SESSION_PARTS } from "./parts.ts";
import type { SuperviseDeps } from "../../base/async/supervise.ts";

/** What a session is opened with. */
export interface SessionPlan {
  readonly config: DaemonConfig;
  /** Whether it is the first of its process, which makes the keys that are missing. */
  readonly isFirst: boolean;
  /** Whether this process takes the connections of the device. */
  readonly serves: boolean;
}

/** What running a session needs besides. */
export interface RunSessionDeps {
  readonly context: HistoryContext;
  readonly supervision: SuperviseDeps;
  readonly interrupt: SessionContext["interrupt"];
  /** Told of everything the engine does. */
  readonly onEvent: (event: SyncEvent) => void;
  /** Called when the session is up. */
  readonly onUp: (session: SyncSession) => void;
}

/**
 * Runs one session until the signal is aborted.
 *
 * @throws {RrError} if it cannot be opened: `key`, `config`, `network`; what a vital part of it threw
 */
export async function runSession(
  plan: SessionPlan,
  deps: RunSessionDeps,
  signal: AbortSignal,
): Promise<void> {
  const { context } = deps;
  const { world, logger } = context.deps;
  const { config } = plan;
  const keys = plan.isFirst
    ? await loadKeys(config.keys, world, logger)
    : await loadExistingKeys(config.keys, world);
  const onErased = clearErased(config.dbPath, context.deps, signal);
  // One of an earlier session or process may not have come to its end.
  if (plan.isFirst && context.history.removal.scrubDue()) onErased();
  const network = plan.serves ? config.network : { ...config.network, listen: [], announce: false };
  await using own = await openSession({ ...network, ...keys }, {
    history: context.history,
    clock: world.clock,
    random: world.random,
    logger,
    onListener: context.deps.health.listenerChanged,
    onEvent: (event) => {
      logSyncEvent(event, logger);
      deps.onEvent(event);
    },
    onReceived: context.changed,
    onErased,
  });
  using _events = own.node.onEvent(nodeEventLog(logger));
  deps.onUp(own);
  // The jitter keeps devices that start together apart; those that go on are apart already.
  const settings = plan.isFirst ? config : { ...config, startJitterMs: 0 };
  const { serves } = plan;
  const parts = { ...context, own, settings, serves, interrupt: deps.interrupt };
  await supervise(partsOf(SESSION_PARTS, parts), deps.supervision, signal);
}
