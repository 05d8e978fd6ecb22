/**
 * Keeps a reservation on every configured relay: libp2p gives up for ever at the first lost
 * connection, and does not start at all if a relay is down.
 */
import type { Connection } from "@libp2p/interface";
import { peerIdFromString } from "@libp2p/peer-id";
import { multiaddr } from "@multiformats/multiaddr";
import type { Clock } from "../base/clock.ts";
import { withDeadline } from "../base/deadline.ts";
import type { Logger } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import { backoffMs, type RetryPolicy } from "../base/retry.ts";
import { causeChain } from "../base/rr_error.ts";
import type { PeerId } from "../sync/ports.ts";
import type { DeviceHost } from "./_host.ts";
import type { RelayAddr } from "./addrs.ts";
import type { NodeEvents } from "./node_events.ts";

/** What keeping a relay needs. */
export interface RelayKeeperDeps {
  readonly host: DeviceHost;
  readonly events: NodeEvents;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

const ATTEMPT_MS = 5_000;
/** A relay that restarts is back within seconds; one that is gone is asked twice a minute. */
const PAUSES: RetryPolicy = { attempts: Infinity, baseMs: 500, capMs: 30_000 };
/** How soon a lost reservation is noticed if no event tells of it. */
const CHECK_MS = 30_000;

/** Keeps the reservation until the signal is aborted. */
export async function keepRelay(
  relay: RelayAddr,
  deps: RelayKeeperDeps,
  signal: AbortSignal,
): Promise<void> {
  const { clock, events, logger } = deps;
  let failures = 0;
  let reserved: boolean | undefined;
  while (!signal.aborted) {
    try {
      await withDeadline(ATTEMPT_MS, (inTime) => reserve(relay, deps, inTime), {
        clock,
        signal,
        what: "reserve a place",
      });
      failures = 0;
      if (reserved !== true) {
        reserved = true;
        logger.debug("Reserved a place on the relay", { relay: relay.relay });
        events.emit({ type: "reserved", relay: relay.relay });
      }
      await untilLost(relay, deps, signal);
    } catch (error) {
      if (signal.aborted) return;
      failures++;
      if (reserved !== false) {
        reserved = false;
        const why = causeChain(error);
        logger.debug("Cannot be reached through the relay", { relay: relay.relay, error: why });
        events.emit({ type: "reservation-lost", relay: relay.relay, why });
      }
      await clock.sleep(backoffMs(failures, PAUSES, deps.random), signal).catch(() => {});
    }
  }
}

/** The open direct connection to a relay, or a new one. @throws if it cannot be made */
export async function connectRelay(
  relay: RelayAddr,
  host: Pick<DeviceHost, "libp2p">,
  signal: AbortSignal,
  onProgress?: (event: string) => void,
): Promise<Connection> {
  const open = directConnection(relay.relay, host);
  return open ?? await host.libp2p.dial(multiaddr(`${relay.transport}/p2p/${relay.relay}`), {
    signal,
    onProgress: (event) => onProgress?.(event.type),
  });
}

function directConnection(
  relay: PeerId,
  { libp2p }: Pick<DeviceHost, "libp2p">,
): Connection | undefined {
  return libp2p.getConnections(peerIdFromString(relay))
    .find((connection) => connection.direct && connection.status === "open");
}

async function reserve(
  relay: RelayAddr,
  { host }: RelayKeeperDeps,
  signal: AbortSignal,
): Promise<void> {
  await connectRelay(relay, host, signal);
  signal.throwIfAborted();
  const id = peerIdFromString(relay.relay);
  const { reservations } = host.relayClient;
  if (!reservations.hasReservation(id)) await reservations.addRelay(id, "configured");
}

/** Returns when the reservation may be gone. */
async function untilLost(
  relay: RelayAddr,
  { host, clock }: RelayKeeperDeps,
  signal: AbortSignal,
): Promise<void> {
  const id = peerIdFromString(relay.relay);
  const { reservations } = host.relayClient;
  const over = new AbortController();
  const stop = (): void => over.abort();
  reservations.addEventListener("relay:removed", stop);
  signal.addEventListener("abort", stop, { once: true });
  try {
    while (!over.signal.aborted && reservations.hasReservation(id)) {
      await clock.sleep(CHECK_MS, over.signal).catch(() => {});
    }
  } finally {
    reservations.removeEventListener("relay:removed", stop);
    signal.removeEventListener("abort", stop);
  }
}
