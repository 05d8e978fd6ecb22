/** The sync after a pairing, and what both sides can say of it. */
import { pause } from "../../base/async/timer.ts";
import { linkedController } from "../../base/async/linked_signal.ts";
import type { Logger } from "../../base/log.ts";
import type { World } from "../../base/world.ts";
import { untilAborted } from "../../base/async/until_aborted.ts";
import { causeChain, RrError } from "../../base/rr_error.ts";
import { askToReload, askToSync } from "../ask_daemon.ts";
import type { Settings } from "../../config/settings.ts";
import type { PairCard } from "../../pair/card.ts";
import type { History } from "../../store/file/open_history.ts";
import type { PeerId, PeerRecord, Route } from "../../swarm/peer.ts";
import { parsePeerId } from "../../swarm/peer_id.ts";
import type { Keys } from "../session/keys.ts";
import { networkOptionsOf } from "../session/network_options.ts";
import { openSession, type SyncSession } from "../session/session.ts";
import { statusOfDaemon } from "./own_card.ts";

/** What came of the first sync with the other machine. */
export interface FirstSync {
  readonly received: number;
  /** `undefined` if it is not known on this side. */
  readonly sent: number | undefined;
  /** How it is connected, as far as can be told. */
  readonly route: Route | undefined;
  /** Why it did not work; `undefined` if it did. */
  readonly error: string | undefined;
}

/** How long to wait for the other machine, in milliseconds. */
const PATIENCE_MS = 30_000;
/** Pause between two looks at the daemon. */
const LOOK_MS = 250;

/** What a first sync works with. */
export interface FirstSyncDeps {
  readonly world: World;
  readonly history: History;
  readonly logger: Logger;
}

/** What the sync of a machine that joins works with. */
export interface GuestSyncDeps extends FirstSyncDeps {
  /** How many commands there were before the key was taken. */
  readonly before: number;
}

/** Notes the other machine, so that it is found at the addresses it named. */
function rememberCard(card: PairCard, { history, world }: FirstSyncDeps): PeerId {
  const peer = parsePeerId(card.peer);
  if (peer === undefined) throw new RrError("invalid", "The other machine has no usable peer id");
  const record: PeerRecord = {
    peer,
    addrs: card.addrs,
    deviceId: card.deviceId,
    // Whatever it calls its user: the key says that it belongs to us.
    userId: undefined,
    hostname: undefined,
    lastSeenUnix: Math.floor(world.clock.now() / 1_000),
  };
  history.peers.remember([record]);
  return peer;
}

/** Has the running daemon take up what has changed; whether there is one. */
export async function tellDaemon(world: World, dbPath: string): Promise<boolean> {
  if (await statusOfDaemon(world, dbPath) === undefined) return false;
  // It looks at its settings by itself as well, a little later.
  await askToReload(dbPath).catch(() => {});
  return true;
}

/** Syncs with the machine that was just joined: by the daemon if there is one, else by ourselves. */
export async function syncAsGuest(
  settings: Settings,
  keys: Keys,
  card: PairCard,
  deps: GuestSyncDeps,
  signal: AbortSignal,
): Promise<FirstSync> {
  const peer = rememberCard(card, deps);
  if (await tellDaemon(deps.world, settings.dbPath)) {
    const first = await syncByDaemon(settings.dbPath, peer, deps.world, signal);
    // The daemon may have been given it before it was asked to sync.
    const gained = deps.history.log.count() - deps.before;
    return { ...first, received: Math.max(first.received, gained) };
  }
  const network = networkOptionsOf(settings);
  const addrs = card.addrs.map((addr) => addr.includes("/p2p/") ? addr : `${addr}/p2p/${peer}`);
  let gained = 0;
  await using session = await openSession({
    ...network,
    ...keys,
    listen: [],
    announce: false,
    peers: [...network.peers ?? [], ...addrs],
    sync: { ...network.sync, push: true },
  }, {
    ...deps.world,
    history: deps.history,
    logger: deps.logger,
    onReceived: (inserted) => gained += inserted,
  });
  const report = await session.engine.runRound(signal);
  const found = report.peers.find((one) => one.peer === peer);
  const error = found === undefined
    ? report.error ?? new Error("it was not found")
    : found.pullError ?? found.pushError;
  return {
    // The other machine may have been quicker, and have given it before our round asked.
    received: Math.max(found?.pull.inserted ?? 0, gained),
    sent: found?.push?.sent ?? 0,
    route: found?.route,
    error: error && causeChain(error),
  };
}

async function syncByDaemon(
  dbPath: string,
  peer: PeerId,
  world: World,
  signal: AbortSignal,
): Promise<FirstSync> {
  const until = world.clock.monotonic() + PATIENCE_MS;
  let last = "the daemon has not met it yet";
  while (world.clock.monotonic() < until) {
    try {
      const summary = await askToSync(dbPath, { signal, idleTimeoutMs: PATIENCE_MS });
      const found = summary.peers.find((one) => one.peer_id === peer);
      if (found && found.error === null) {
        const status = await statusOfDaemon(world, dbPath, signal);
        const route = status?.peers.find((one) => one.peer_id === peer)?.route ?? undefined;
        return { received: found.inserted, sent: found.sent, route, error: undefined };
      }
      last = found?.error ?? last;
    } catch (error) {
      signal.throwIfAborted();
      last = causeChain(error); // it takes up the new key at this moment
    }
    await world.clock.sleep(LOOK_MS, signal);
  }
  return { received: 0, sent: 0, route: undefined, error: last };
}

/** A machine that takes connections until it is disposed, for a host without a daemon. */
export interface HostSession extends AsyncDisposable {
  readonly addrs: readonly string[];
  /** Waits until the machine that has joined has synced. */
  untilSynced(card: PairCard, signal: AbortSignal): Promise<FirstSync>;
}

/** Serves this device's history, as the daemon would. */
export async function openHostSession(
  settings: Settings,
  keys: Keys,
  deps: FirstSyncDeps,
): Promise<HostSession> {
  let received = 0;
  const network = networkOptionsOf(settings);
  const session = await openSession({ ...network, ...keys }, {
    ...deps.world,
    history: deps.history,
    logger: deps.logger,
    onReceived: (inserted) => received += inserted,
  });
  return {
    addrs: session.node.addresses(),
    untilSynced: async (card, signal) => {
      const route = await untilCalled(session, rememberCard(card, deps), deps.world, signal);
      const error = route === undefined ? "it has not called within 30 s" : undefined;
      return { received, sent: undefined, route, error };
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** How the peer was connected, once it has come and gone; `undefined` if it does not come. */
async function untilCalled(
  session: SyncSession,
  peer: PeerId,
  { clock }: World,
  signal: AbortSignal,
): Promise<Route | undefined> {
  const routeNow = (): Route | undefined =>
    session.node.connections().find((one) => one.peer === peer)?.route;
  const called = Promise.withResolvers<Route>();
  const gone = Promise.withResolvers<void>();
  using _events = session.node.onEvent((event) => {
    if (event.type === "connected" && event.peer === peer) called.resolve(event.route);
    if (event.type === "disconnected" && event.peer === peer) gone.resolve();
  });
  const now = routeNow();
  if (now !== undefined) called.resolve(now);
  using over = linkedController(signal);
  const late = pause(clock, PATIENCE_MS, over.signal);
  const route = await Promise.race([called.promise, late.then(() => undefined)]);
  // Its round may still be under way: a long one goes on for as long as it is connected.
  if (route !== undefined && routeNow() !== undefined) {
    await Promise.race([gone.promise, untilAborted(signal)]);
  }
  over.abort(new Error("it has come and gone"));
  signal.throwIfAborted();
  return route;
}

/** Waits until the running daemon has met the machine that has joined. */
export async function untilDaemonMet(
  card: PairCard,
  dbPath: string,
  deps: FirstSyncDeps,
  signal: AbortSignal,
): Promise<FirstSync> {
  rememberCard(card, deps);
  return await syncOrMeet(card.peer, dbPath, deps.world, signal);
}

async function syncOrMeet(
  peer: string,
  dbPath: string,
  world: World,
  signal: AbortSignal,
): Promise<FirstSync> {
  const until = world.clock.monotonic() + PATIENCE_MS;
  while (world.clock.monotonic() < until) {
    const status = await statusOfDaemon(world, dbPath, signal);
    const found = status?.peers.find((one) => one.peer_id === peer);
    if (found && (found.route !== null || found.last_sync_unix !== null)) {
      const { route, pull_cursor: received, push_cursor: sent } = found;
      return { received, sent, route: route ?? undefined, error: undefined };
    }
    await world.clock.sleep(LOOK_MS, signal);
  }
  return { received: 0, sent: 0, route: undefined, error: "the daemon has not met it yet" };
}
