/**
 * A server socket that goes on taking connections, whatever happens. On Deno one failed `accept()`
 * (descriptors used up, a client that hangs up in the backlog) ends a listener for ever, without an
 * error and without an event: whether it is alive can only be seen by knocking.
 */
import { pauseUntilBeat } from "./timer.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import { causeChain, toError } from "../rr_error.ts";
import { withDeadline } from "./deadline.ts";
import type { PartState } from "./supervise.ts";

/** A listening socket as its watch sees it. */
export interface Door {
  /** For the log and for status, such as `listener at 127.0.0.1:8845`. */
  readonly name: string;
  /** How many connections have come in so far, those that were turned away among them. */
  comings(): number;
  /** Connects as anybody would, and hangs up. Rejects if that is not possible; see {@linkcode NoWayError}. */
  knock(signal: AbortSignal): Promise<void>;
  /** Stops listening and listens again at the same address; connections that are open stay open. */
  reopen(): Promise<void>;
}

/** Thrown by a knock where this machine itself has no way to the door, which says nothing about it. */
export class NoWayError extends Error {}

/** What watching needs. */
export interface DoorDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told when the door is found shut, and when it is open again. */
  readonly onState?: ((state: PartState) => void) | undefined;
}

/**
 * How often to look. A door through which somebody came since is open; a knock is dear, as a connection
 * is made and taken in like any other.
 */
const CHECK_MS = 10_000;
/** While something is wrong. */
const RECHECK_MS = 1_000;
/** Time for a connection to be made and to be seen coming. */
const KNOCK_MS = 2_000;
const LOOK_MS = 20;
/** An event loop that was held up lets one knock go unheard. */
const KNOCKS = 2;

/** Watches a door until the signal is aborted, and opens it again whenever it is shut. */
export async function keepOpen(door: Door, deps: DoorDeps, signal: AbortSignal): Promise<void> {
  const { clock, logger, onState } = deps;
  const { name } = door;
  let seen = door.comings();
  let failures = 0;
  while (!signal.aborted) {
    await pauseUntilBeat(clock, failures > 0 ? RECHECK_MS : CHECK_MS, signal);
    if (signal.aborted) return;
    const problem = door.comings() > seen ? undefined : await problemWith(door, clock, signal);
    seen = door.comings();
    if (signal.aborted) return;
    if (problem === undefined) {
      if (failures >= KNOCKS) logger.warn("A listener takes connections again", { listener: name });
      if (failures > 0) onState?.({ name, failures: 0, error: undefined });
      failures = 0;
      continue;
    }
    if (++failures < KNOCKS) continue;
    if (failures === KNOCKS) {
      logger.error("A listener takes no connections, it is opened anew", {
        listener: name,
        error: problem,
      });
    }
    onState?.({ name, failures, error: problem });
    await door.reopen().catch((error) => {
      logger.debug("Cannot open a listener anew", { listener: name, error: causeChain(error) });
    });
  }
}

/** Why nobody comes in; `undefined` if somebody does. */
async function problemWith(
  door: Door,
  clock: Clock,
  signal: AbortSignal,
): Promise<string | undefined> {
  const before = door.comings();
  try {
    return await withDeadline(KNOCK_MS, async (inner) => {
      await door.knock(inner);
      while (door.comings() === before) await clock.sleep(LOOK_MS, inner);
      return undefined;
    }, { clock, signal, what: "be taken in" });
  } catch (error) {
    return error instanceof NoWayError ? undefined : toError(error).message;
  }
}
