/** Parts of a process that are started together, started again when they fail, and stopped together. */
import { pause } from "./timer.ts";
import type { Clock } from "../clock.ts";
import type { LogFields, Logger } from "../log.ts";
import type { Random } from "../random.ts";
import { causeChain } from "../rr_error.ts";
import { linkedController } from "./linked_signal.ts";
import { backoffMs, type BackoffPolicy } from "./retry.ts";
import { untilAborted } from "./until_aborted.ts";

/** Something that works until it is told to stop. */
export interface Part {
  /** For the log and for status: a few words, such as `search index`. */
  readonly name: string;
  /** What a failure means: start it again after a pause, or end everything. @default {"restart"} */
  readonly onFailure?: "restart" | "end" | undefined;
  /**
   * Works until the signal is aborted, then resolves or rejects soon. Ending before that, however, is
   * a failure: a part has no other way to be done. A part that calls `isWell` has done what it may have
   * failed at before; one that never does is taken to be well after {@linkcode STABLE_MS}.
   */
  run(signal: AbortSignal, isWell: () => void): Promise<void>;
}

/** How it stands with a part. */
export interface PartState {
  readonly name: string;
  /** Failures in a row; 0 for a part that runs well. */
  readonly failures: number;
  /** Why it failed last, if it has not run well since. */
  readonly error: string | undefined;
}

/** What supervising needs. */
export interface SuperviseDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Told whenever a part has failed, and when one that had failed runs well again. */
  readonly onState?: ((state: PartState) => void) | undefined;
}

/** Pauses before a part that has failed is started again. */
export const RESTARTS: BackoffPolicy = { baseMs: 1_000, capMs: 60_000 };
/** A part that ran for so long runs well: its next failure counts as the first. */
export const STABLE_MS = 60_000;

/**
 * Runs all parts, of which there may be none, until the signal is aborted and all have let go. A part
 * that fails is told in the log, and started again after a pause that grows up to a minute; one that is
 * to end everything has all others stopped first.
 *
 * @throws what a part with `onFailure: "end"` threw
 */
export async function supervise(
  parts: readonly Part[],
  deps: SuperviseDeps,
  signal: AbortSignal,
): Promise<void> {
  using all = linkedController(signal);
  let failure: { readonly error: unknown } | undefined;
  const running = parts.map(async (part) => {
    try {
      await keep(part, deps, all.signal);
    } catch (error) {
      failure ??= { error };
      all.abort(new Error(`The part "${part.name}" has failed`));
    }
  });
  await Promise.all([...running, untilAborted(all.signal)]);
  if (failure !== undefined) throw failure.error;
}

/** Runs one part again and again. @throws what it threw, if that is to end everything */
async function keep(part: Part, deps: SuperviseDeps, signal: AbortSignal): Promise<void> {
  const { clock, random, logger, onState } = deps;
  const { name } = part;
  for (let failures = 0; !signal.aborted;) {
    const ran = await runOnce(part, failures, deps, signal);
    if (signal.aborted) return;
    if (part.onFailure === "end") throw ran.error;
    failures = ran.ms >= STABLE_MS ? 1 : failures + 1;
    const error = causeChain(ran.error);
    onState?.({ name, failures, error });
    const pauseMs = backoffMs(failures, RESTARTS, random);
    logFailure(logger, failures, { part: name, error, failures, again_in_ms: pauseMs });
    await pause(clock, pauseMs, signal);
  }
}

interface Ran {
  readonly error: unknown;
  readonly ms: number;
}

async function runOnce(
  part: Part,
  failures: number,
  { clock, onState }: SuperviseDeps,
  signal: AbortSignal,
): Promise<Ran> {
  const since = clock.monotonic();
  const timer = new AbortController();
  // Its failures go on being counted: what works now and then would else be told again and again.
  const isWell = (): void => {
    if (timer.signal.aborted || failures === 0) return;
    timer.abort();
    onState?.({ name: part.name, failures: 0, error: undefined });
  };
  if (failures > 0) clock.sleep(STABLE_MS, timer.signal).then(isWell, () => {});
  let error: unknown = new Error("It ended by itself");
  try {
    await part.run(signal, isWell);
  } catch (thrown) {
    error = thrown;
  } finally {
    timer.abort();
  }
  return { error, ms: clock.monotonic() - since };
}

// Once a minute for weeks would fill a log that nobody rotates: told at the 1st, 2nd, 4th, 8th ... time.
function logFailure(logger: Logger, failures: number, fields: LogFields): void {
  if (Number.isInteger(Math.log2(failures))) {
    logger.error("A part failed and is started again", fields);
  } else logger.debug("A part failed again", fields);
}
