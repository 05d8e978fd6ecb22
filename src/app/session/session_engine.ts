/** The engine of a session, and what the session makes of what it tells. */
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { Random } from "../../base/random.ts";
import type { DeviceId } from "../../history/entry.ts";
import type { Node } from "../../net/node/node.ts";
import type { History } from "../../store/file/open_history.ts";
import type { PeerRecord } from "../../swarm/peer.ts";
import { SyncEngine } from "../../sync/engine.ts";
import type { SyncEvent, SyncListener } from "../../sync/events.ts";
import type { SyncOptions } from "../../sync/options.ts";
import type { Dialer, Directory } from "../../sync/ports.ts";
import { writerBeside } from "../writer/open_writer.ts";
import type { SessionReplication } from "./replication.ts";
import type { RoundRequests } from "./round_requests.ts";
import { noteSyncedKey, suspect } from "./session_parts.ts";
import type { TwinProbe } from "./twin_probe.ts";

/** Who syncs, and how. */
export interface EngineOptions {
  readonly deviceId: string;
  readonly userId: string;
  readonly hostname: string;
  readonly sync?: SyncOptions | undefined;
}

/** The parts of a session that its engine works with. */
export interface EngineParts {
  readonly node: Node;
  readonly directories: readonly Directory[];
  readonly dialer: Dialer;
  /** Peers that a person has named; by our own id it is another machine that was copied from this one. */
  readonly manual: readonly PeerRecord[];
  readonly replication: SessionReplication | undefined;
  readonly twins: TwinProbe;
  readonly rounds: RoundRequests;
  /** Of the swarm key of the session. */
  readonly fingerprint: string;
}

/** What the engine needs of the world. */
export interface EngineDeps {
  readonly history: History;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly onEvent?: SyncListener | undefined;
}

/**
 * An engine over the history, which does nothing yet.
 *
 * @throws {RangeError} for a sync option that is out of bounds
 */
export function createEngine(
  { deviceId, userId, hostname, sync }: EngineOptions,
  parts: EngineParts,
  deps: EngineDeps,
): SyncEngine {
  const { node, directories, dialer, manual, replication, twins } = parts;
  const { history, clock, random, logger } = deps;
  const ownAddrs = manual.flatMap(({ peer, addrs }) => peer === node.peer ? addrs : []);
  suspect(ownAddrs, twins);
  return new SyncEngine({
    self: {
      peer: node.peer,
      deviceId: deviceId as DeviceId,
      userId,
      hostname,
      addresses: () => node.addresses(),
    },
    log: history.log,
    book: history.peers,
    ...{ directories, dialer, manual, clock, random, logger, replication },
    openWriter: writerBeside(history),
    onEvent: (event) => {
      deps.onEvent?.(event);
      followEvent(event, parts, deps);
      if (event.type === "round-done") suspect(ownAddrs, twins);
    },
  }, sync);
}

function followEvent(
  event: SyncEvent,
  { fingerprint, replication, rounds }: EngineParts,
  deps: EngineDeps,
): void {
  if (event.type === "pulled") noteSyncedKey(fingerprint, deps);
  // What version 1 brought in is passed on by version 2.
  if (event.type === "pull-progress" || event.type === "pulled") replication?.changed();
  if (event.type === "peer-done") rounds.peerDone(event.report);
  if (event.type === "round-done") rounds.done(event.report);
}
