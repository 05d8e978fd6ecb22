/** What engine and node tell, as log events. In text they read like the original's lines. */
import type { Logger } from "../../base/log.ts";
import { causeChain } from "../../base/rr_error.ts";
import type { NodeEvent } from "../../net/node/node_events.ts";
import type { SyncEvent } from "../../sync/events.ts";
import type { PeerId, Route } from "../../swarm/peer.ts";

/** Logs an event of the engine. */
export function logSyncEvent(event: SyncEvent, logger: Logger): void {
  switch (event.type) {
    case "pulled":
      return logPull(event, logger);
    case "pull-failed":
      return logger.warn("p2p pull failed", { peer: event.peer, error: causeChain(event.error) });
    case "push-ack":
      return logAck(event, logger);
    case "pushed":
      return logPush(event, logger);
    case "push-failed":
      return logPushFailure(event, logger);
    case "push-held":
      return logger.warn(HELD, { peer: event.peer, id: event.id });
    case "log-replaced":
      return logger.warn(REPLACED, { peer: event.peer, cursor: event.cursor });
    case "directory-failed":
      return logger.warn("tracker list failed", {
        peer: event.name,
        error: causeChain(event.error),
      });
    case "directory-recovered":
      return logger.info("tracker answers again", { tracker: event.name });
    case "same-device-id":
      return logger.warn(NAMESAKES, { device_id: event.deviceId, peers: event.peers.join(",") });
    case "twin":
      return logTwin(event, logger);
    case "start-jitter":
      return logger.info(`p2p-sync watch: start jitter=${Math.round(event.ms / 1000)}s`);
    case "directory-answered":
    case "pull-progress":
    case "peer-done":
      return;
    case "round-done":
      return logRound(event, logger);
  }
}

const HELD = "A command is too large for the relay: it waits for a direct connection";
const REPLACED = "The peer's history is not the one we followed: following it from its start";
const NAMESAKES =
  "Several devices record under one device id: give each its own `device_id` in its config";
const TWIN = "Another machine uses the identity of this one, so the two cannot sync: on one of " +
  "them, make a new one with `rr init --new-identity`";

type Of<T extends SyncEvent["type"]> = Extract<SyncEvent, { type: T }>;

function logTwin(event: Of<"twin">, logger: Logger): void {
  if (!event.isNew) return;
  logger.error(TWIN, {
    hostname: event.hostname,
    device_id: event.deviceId,
    addrs: event.addrs.join(" "),
    told_by: event.directory,
  });
}

function logRound({ report }: Of<"round-done">, logger: Logger): void {
  const failed = report.peers.filter((one) => one.pullError ?? one.pushError).length;
  logger.debug("Round done", {
    peers: report.peers.length,
    failed,
    waiting: report.waiting.length,
    ms: report.durationMs,
  });
}

function logPull({ peer, totals }: Of<"pulled">, logger: Logger): void {
  const { received, inserted, ignored, rejected, skipped } = totals;
  if (received > 0) logger.info("p2p pull summary", { peer, received, inserted, ignored });
  if (rejected + skipped > 0) {
    logger.warn("p2p pull left entries out", { peer, rejected, skipped });
  }
}

function logAck({ sent, inserted, ignored }: Of<"push-ack">, logger: Logger): void {
  if (inserted === null || ignored === null || (ignored === 0 && inserted === sent)) return;
  logger.info("p2p push ack", { inserted, ignored });
}

function logPush({ peer, totals }: Of<"pushed">, logger: Logger): void {
  const { sent, inserted, ignored, skipped } = totals;
  if (inserted !== undefined && ignored !== undefined) {
    logger.info("p2p push summary", { peer, sent, inserted, ignored });
  }
  if (skipped > 0) logger.warn("p2p push left entries out", { peer, skipped });
}

function logPushFailure({ peer, totals, error }: Of<"push-failed">, logger: Logger): void {
  const { inserted, ignored } = totals;
  if (inserted !== undefined && ignored !== undefined) {
    logger.warn("p2p push partial", { peer, inserted, ignored });
  }
  logger.warn("p2p push failed", { peer, error: causeChain(error) });
}

/** Logs the events of a node; a further connection to a connected peer says nothing new. */
export function nodeEventLog(logger: Logger): (event: NodeEvent) => void {
  const routes = new Map<PeerId, Route>();
  return (event) => {
    if (event.type === "connected") {
      if (routes.get(event.peer) === event.route) return;
      routes.set(event.peer, event.route);
    }
    if (event.type === "disconnected") routes.delete(event.peer);
    logNodeEvent(event, logger);
  };
}

function logNodeEvent(event: NodeEvent, logger: Logger): void {
  switch (event.type) {
    case "port-taken":
      return logger.warn(
        "The port to listen on is taken: peers that know the old address need a tracker",
        {
          wanted: event.wanted,
          actual: event.actual,
        },
      );
    case "address-missing":
      return logger.warn(
        "This machine does not have the address to listen on: it is waited for",
        { addr: event.wanted },
      );
    case "addresses-there":
      return logger.info("All addresses to listen on are there");
    case "addresses":
      return logger.debug("Addresses", { addrs: event.addrs.join(" ") });
    case "network-changed":
      if (event.ended === 0) return logger.debug("The network has changed, all connections live");
      return logger.info("The network has changed: connections that led nowhere were ended", {
        count: event.ended,
      });
    case "connected":
      return logger.info("Connected", { peer: event.peer, route: event.route });
    case "disconnected":
      return logger.info("Disconnected", { peer: event.peer });
    case "upgraded":
      return logger.info("dcutr: upgraded to direct", { peer: event.peer });
    case "reserved":
      return logger.info("Reachable through the relay", { relay: event.relay });
    case "reservation-lost":
      return logger.warn("Not reachable through the relay", {
        relay: event.relay,
        error: event.why,
      });
  }
}
