/**
 * Keeps a reservation on every configured relay: libp2p gives up for ever at the first lost
 * connection, and does not start at all if a relay is down.
 */
import { pause } from "../../base/async/timer.ts";
import { peerIdFromString } from "@libp2p/peer-id";
import type { Clock } from "../../base/clock.ts";
import { withDeadline } from "../../base/async/deadline.ts";
import type { Random } from "../../base/random.ts";
import { backoffMs, type BackoffPolicy } from "../../base/async/retry.ts";
import { Wake } from "../../base/async/wake.ts";
import { causeChain } from "../../base/rr_error.ts";
import { connectRelay, hintOf } from "../dial/attempts.ts";
import type { DeviceHost } from "../node/create_libp2p.ts";
import type { PeerId } from "../../swarm/peer.ts";
import type { RelayAddr } from "../addrs/addrs.ts";
import type { NodeEvents } from "../node/node_events.ts";

/** What keeping a relay needs. */
export interface RelayKeeperDeps {
  readonly host: DeviceHost;
  readonly events: NodeEvents;
  readonly clock: Clock;
  readonly random: Random;
  /** Holds, of each relay that gives us no place, why that is. */
  readonly problems: Map<PeerId, string>;
}

const CONNECT_MS = 5_000;
const RESERVE_MS = 5_000;
/** A reservation that held that long was a good one. */
const STABLE_MS = 5_000;
/** A relay that restarts is back within seconds; one that is gone is asked twice a minute. */
const PAUSES: BackoffPolicy = { baseMs: 500, capMs: 30_000 };
/** Different reasons that are told for one reservation that is lost. */
const MOST_REASONS = 4;
/** How soon a lost reservation is noticed if no event tells of it. */
const CHECK_MS = 30_000;

/** Keeps the reservation until the signal is aborted. */
export async function keepRelay(
  relay: RelayAddr,
  deps: RelayKeeperDeps,
  signal: AbortSignal,
): Promise<void> {
  const { clock, events } = deps;
  let failures = 0;
  let reserved: boolean | undefined;
  const said = new Set<string>();
  while (!signal.aborted) {
    let why = "the relay ended the connection";
    try {
      await reserve(relay, deps, signal);
      if (reserved !== true) events.emit({ type: "reserved", relay: relay.relay });
      reserved = true;
      said.clear();
      deps.problems.delete(relay.relay);
      const since = clock.monotonic();
      await untilLost(relay, deps, signal);
      // A relay that takes us and drops us at once must not be asked in a circle.
      failures = clock.monotonic() - since < STABLE_MS ? failures + 1 : 0;
    } catch (error) {
      failures++;
      why = causeChain(error) + hintOf([error]);
    }
    if (failures === 0 || signal.aborted) continue;
    // What is found out later, such as that another relay is there now, says more than the first word.
    if (!said.has(why) && said.size < MOST_REASONS) {
      events.emit({ type: "reservation-lost", relay: relay.relay, why });
    }
    said.add(why);
    deps.problems.set(relay.relay, why);
    reserved = false;
    await pause(clock, backoffMs(failures, PAUSES, deps.random), signal);
  }
}

async function reserve(
  relay: RelayAddr,
  { host, clock }: RelayKeeperDeps,
  signal: AbortSignal,
): Promise<void> {
  const { libp2p, gate } = host;
  await connectRelay(relay, { libp2p, gate, clock, withinMs: CONNECT_MS }, signal);
  const id = peerIdFromString(relay.relay);
  const { reservations } = host.relayClient;
  if (reservations.hasReservation(id)) return;
  await withDeadline(RESERVE_MS, () => reservations.addRelay(id, "configured"), {
    clock,
    signal,
    what: "reserve a place",
  });
}

/** Returns when the reservation is gone. @throws `signal.reason` once the signal is aborted */
async function untilLost(
  relay: RelayAddr,
  { host, clock }: RelayKeeperDeps,
  signal: AbortSignal,
): Promise<void> {
  const id = peerIdFromString(relay.relay);
  const { reservations } = host.relayClient;
  const wake = new Wake(clock);
  // It tells of all relays: the loss of another one's reservation is none of this one.
  const look = (): void => wake.now();
  reservations.addEventListener("relay:removed", look);
  try {
    while (reservations.hasReservation(id)) await wake.wait(CHECK_MS, signal);
  } finally {
    reservations.removeEventListener("relay:removed", look);
  }
}
