/** Waits until two devices have of each other what they can get. */
import { linkedController } from "../../base/async/linked_signal.ts";
import type { Clock } from "../../base/clock.ts";
import type { PeerId } from "../../swarm/peer.ts";
import type { Settled, Settling } from "../ports.ts";
import type { Standing } from "./standing.ts";

/** A round does not wait for a peer of which nothing is heard for so long. */
const QUIET_MS = 5_000;
/** Whoever leaves after a round does: the other side may let another one begin, twelve seconds at most. */
const LAST_QUIET_MS = 20_000;

/** Of a replicator, what is looked at meanwhile. */
export interface SettleParts {
  readonly standing: Standing;
  readonly clock: Clock;
  /** Aborted when the replicator ends. */
  readonly stopped: AbortSignal;
  /** Whether the peer is still served. */
  readonly serves: () => boolean;
}

/** See `Replication.settle`. */
export async function settlePeer(
  peer: PeerId,
  { given, last }: Settling,
  { standing, clock, stopped, serves }: SettleParts,
  signal: AbortSignal,
): Promise<Settled> {
  const isComplete = (): boolean =>
    standing.hasAllOf(peer) && (!given || standing.hasGivenAll(peer));
  while (!isComplete() && serves()) {
    using quiet = linkedController(signal, stopped);
    const timer = clock.sleep(last ? LAST_QUIET_MS : QUIET_MS, quiet.signal)
      .then(() => "quiet", () => "stopped");
    const first = await Promise.race([standing.next(quiet.signal), timer]);
    quiet.abort();
    signal.throwIfAborted();
    if (first !== undefined) break;
  }
  return { ...standing.takeTotals(peer), isComplete: isComplete() };
}
