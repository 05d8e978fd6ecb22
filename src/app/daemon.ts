/** One session of a daemon: takes part in the network and syncs, until its signal is aborted. */
import type { Logger } from "../base/log.ts";
import { causeChain } from "../base/rr_error.ts";
import type { World } from "../base/world.ts";
import type { History } from "../store/file/open_history.ts";
import type { SyncEvent } from "../sync/events.ts";
import { logSyncEvent, nodeEventLog } from "./event_log.ts";
import type { DaemonConfig } from "./daemon_config.ts";
import { loadExistingKeys, loadKeys } from "./keys.ts";
import { watchLocalChanges } from "./local_changes.ts";
import { openSession, type SyncSession } from "./session.ts";
import { untilAborted } from "../base/async/until_aborted.ts";

/** What a session does again and again. */
export interface Recurring extends
  Pick<
    DaemonConfig,
    "mode" | "keys" | "network" | "push" | "intervalMs" | "startJitterMs"
  > {
  /** Whether it is the first of its process, which makes the keys that are missing. */
  readonly isFirst: boolean;
}

/** What a session of a daemon needs. */
export interface DaemonDeps {
  readonly world: World;
  readonly history: History;
  readonly logger: Logger;
  /** Prints one line to stdout at once. */
  readonly say: (line: string) => void;
  /** Takes in what the shell hooks wrote; resolves to the number of new entries. */
  readonly ingest: () => Promise<number>;
  /** Called when the database may have changed. */
  readonly onChange: () => void;
  /** Told of everything the engine does. */
  readonly onEvent: (event: SyncEvent) => void;
  /** Called when the session is up. */
  readonly onSession: (session: SyncSession) => void;
}

/**
 * Runs one session until the signal is aborted.
 *
 * @throws {RrError} if it cannot begin: `key`, `config`, `network`
 */
export async function runSession(
  plan: Recurring,
  deps: DaemonDeps,
  signal: AbortSignal,
): Promise<void> {
  const { world, history, logger } = deps;
  const keys = plan.isFirst
    ? await loadKeys(plan.keys, world, logger)
    : await loadExistingKeys(plan.keys, world);
  await using session = await openSession({ ...plan.network, ...keys }, {
    history,
    clock: world.clock,
    random: world.random,
    logger,
    onEvent: (event) => {
      logSyncEvent(event, logger);
      deps.onEvent(event);
    },
    onReceived: deps.onChange,
  });
  using _events = session.node.onEvent(nodeEventLog(logger));
  using _lines = sayAddresses(session, deps.say);
  deps.onSession(session);
  await Promise.all([
    watchChanges(session, deps, signal),
    plan.mode === "watch" ? watchPeers(session, plan, logger, signal) : untilAborted(signal),
  ]);
}

async function watchPeers(
  { engine }: SyncSession,
  { intervalMs, startJitterMs, push }: Recurring,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const jitter = Math.round(startJitterMs / 1000);
  logger.info(`p2p-sync watch: interval=${intervalMs / 1000}s start_jitter_sec=${jitter}`);
  await engine.watch({ intervalMs, startJitterMs, push }, signal);
}

function watchChanges(session: SyncSession, deps: DaemonDeps, signal: AbortSignal): Promise<void> {
  const { world, history, logger, ingest } = deps;
  let failing = "";
  return watchLocalChanges({
    clock: world.clock,
    dataVersion: () => history.dataVersion(),
    ingest,
    onChange: () => {
      session.engine.localChange();
      deps.onChange();
    },
    // Five times a second: said once until it is something else.
    onError: (error) => {
      const text = causeChain(error);
      if (text !== failing) logger.warn("Cannot take in recorded commands", { error: text });
      failing = text;
    },
  }, signal);
}

// The original's line, which scripts look for; a circuit address comes when the relay has answered.
function sayAddresses({ node }: SyncSession, say: (line: string) => void): Disposable {
  const said = new Set<string>();
  const look = (): void => {
    for (const addr of node.listening()) {
      if (said.has(addr)) continue;
      said.add(addr);
      say(`p2p listen: ${addr}`);
    }
  };
  look();
  return node.onEvent(look);
}
