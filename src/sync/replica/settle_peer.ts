/** Waits until a peer is served, and until two devices have of each other what they can get. */
import { linkedController } from "../../base/async/linked_signal.ts";
import type { Clock } from "../../base/clock.ts";
import type { PeerId } from "../../swarm/peer.ts";
import type { Settled, Settling } from "../ports.ts";
import type { Standing } from "./standing.ts";

/** A round does not wait for a peer of which nothing is heard for so long. */
const QUIET_MS = 5_000;
/** Whoever leaves after a round does: the other side may let another one begin, twelve seconds at most. */
const LAST_QUIET_MS = 20_000;

/** For who is asked for a control stream to say who it is. */
const HELLO_MS = 10_000;
const LOOK_MS = 20;

/** What ends a wait. */
export interface Waits {
  readonly clock: Clock;
  /** Aborted when the replicator ends. */
  readonly stopped: AbortSignal;
}

/** Of a replicator, what is looked at meanwhile. */
export interface SettleParts extends Waits {
  readonly standing: Standing;
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

/** Resolves once nothing is to be waited for any more, or after a while. */
export async function untilReady(
  isWaiting: () => boolean,
  { clock, stopped }: Waits,
  signal: AbortSignal,
): Promise<void> {
  using until = linkedController(signal, stopped);
  for (let waited = 0; waited < HELLO_MS && isWaiting(); waited += LOOK_MS) {
    await clock.sleep(LOOK_MS, until.signal);
  }
}
