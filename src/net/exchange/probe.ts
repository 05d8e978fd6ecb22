/**
 * Tells the connections that still carry from those that do not know yet that their way is gone: after
 * a change of the network TCP sends into nothing for as long as the silence is borne. They are tested as
 * soon as there is reason to doubt them, so that a new one is made within seconds.
 */
import type { Connection } from "@libp2p/interface";
import { linkedController } from "../../base/async/linked_signal.ts";
import type { Clock } from "../../base/clock.ts";
import type { HeardOf } from "../node/psk.ts";
import { lastHeard } from "./silence.ts";

/** A few round trips of a slow line. One that is ended wrongly is made anew in a second. */
export const PROBE_MS = 3_000;
const LOOK_MS = 50;
/** Opening a stream of it takes an answer, and every libp2p node has it. */
const PING = "/ipfs/ping/1.0.0";

/** What testing needs. */
export interface ProbeDeps {
  readonly clock: Clock;
  readonly heardOf: HeardOf;
}

/**
 * Ends those of the connections that bring no byte within {@linkcode PROBE_MS} although the other side
 * is asked something; how many. A busy one need not answer the question: any byte counts.
 *
 * @throws `signal.reason` once the signal is aborted
 */
export async function endDead(
  connections: readonly Connection[],
  deps: ProbeDeps,
  signal: AbortSignal,
): Promise<number> {
  const dead = await Promise.all(connections.map((one) => isDead(one, deps, signal)));
  for (const [i, connection] of connections.entries()) {
    if (dead[i]) connection.abort(new Error("It carries nothing since the network has changed"));
  }
  return dead.filter(Boolean).length;
}

async function isDead(
  connection: Connection,
  { clock, heardOf }: ProbeDeps,
  signal: AbortSignal,
): Promise<boolean> {
  const heard = lastHeard(heardOf, connection);
  if (heard === undefined || connection.status !== "open") return false;
  const before = heard.count;
  using over = linkedController(signal);
  try {
    ask(connection, over.signal).catch(() => {}); // what comes of it is seen by the bytes
    const until = clock.monotonic() + PROBE_MS;
    while (heard.count === before && connection.status === "open") {
      if (clock.monotonic() >= until) return true;
      await clock.sleep(LOOK_MS, signal);
    }
    return false;
  } finally {
    over.abort(new Error("The test is over"));
  }
}

async function ask(connection: Connection, signal: AbortSignal): Promise<void> {
  const stream = await connection.newStream([PING], { signal, runOnLimitedConnection: true });
  await stream.close({ signal });
}
