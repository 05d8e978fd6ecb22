/** One session of a daemon: opened, its parts run, closed. */
import { clearErased } from "./history/clear_erased.ts";
import { supervise } from "../../base/async/supervise.ts";
import type { PeerId } from "../../swarm/peer.ts";
import type { SyncEvent } from "../../sync/events.ts";
import type { DaemonConfig } from "./daemon_config.ts";
import { logSyncEvent, nodeEventLog } from "../session/event_log.ts";
import { swarmKeyFingerprint } from "../../net/keys/swarm_key.ts";
import { type Keys, loadExistingKeys, loadKeys } from "../session/keys.ts";
import { keyStampOf } from "./watch/settings_stamp.ts";
import { IncidentWatch } from "./watch/incident_watch.ts";
import { namesakesOf } from "../session/namesakes.ts";
import { openSession, type SyncSession } from "../session/session.ts";
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
  const keyStamp = keyStampOf(config.keys, world.files);
  const keys = plan.isFirst
    ? await loadKeys(config.keys, world, logger)
    : await loadExistingKeys(config.keys, world);
  const isDue = (): boolean => context.history.removal.scrubDue();
  const onErased = clearErased(config.dbPath, { world, logger, isDue }, signal);
  // One of an earlier session or process may not have come to its end.
  onErased();
  const network = plan.serves ? config.network : { ...config.network, listen: [], announce: false };
  const opened: { session?: SyncSession } = {};
  const incidents = incidentWatch(plan, deps, keys, () => opened.session);
  await using own = await openSession({ ...network, ...keys }, {
    history: context.history,
    clock: world.clock,
    random: world.random,
    logger,
    onListener: context.deps.health.listenerChanged,
    onEvent: (event) => {
      logSyncEvent(event, logger);
      incidents.observe(event);
      deps.onEvent(event);
    },
    onNote: (note) => incidents.note(note),
    onReceived: context.changed,
    onErased,
  });
  opened.session = own;
  using _events = own.node.onEvent(nodeEventLog(logger));
  deps.onUp(own);
  // The jitter keeps devices that start together apart; those that go on are apart already.
  const settings = plan.isFirst ? config : { ...config, startJitterMs: 0 };
  const { serves } = plan;
  // Making a key that was missing is no change of it.
  const before = plan.isFirst ? keyStampOf(config.keys, world.files) : keyStamp;
  const parts = { ...context, own, settings, serves, keyStamp: before, interrupt: deps.interrupt };
  await supervise(partsOf(SESSION_PARTS, parts), deps.supervision, signal);
}

function incidentWatch(
  { config }: SessionPlan,
  { context }: RunSessionDeps,
  { identity, swarmKey }: Keys,
  session: () => SyncSession | undefined,
): IncidentWatch {
  return new IncidentWatch({
    incidents: context.history.incidents,
    logger: context.deps.logger,
    self: identity.peer,
    swarmKey: swarmKeyFingerprint(swarmKey),
    deviceId: config.network.deviceId,
    hostname: config.network.hostname,
    namesakes: () => namesakesOf(session(), config.network.deviceId),
    nameOf: (peer) => {
      const known = session()?.engine.peers().find((one) => one.peer === peer);
      return known?.deviceId ?? known?.hostname ?? peer;
    },
    compares: (peer) => session()?.replication?.serves(peer as PeerId) ?? false,
  });
}
