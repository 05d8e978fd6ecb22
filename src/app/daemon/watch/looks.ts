/**
 * When the daemon looks at its history and at the spool. An idle machine is to stay idle: five times a
 * second, and twice once nothing was recorded for a minute, it asks for no more than the times and sizes of
 * four files. All who look do so at the same moments, when one of those has changed, and once a second
 * for what they do not show. What is not there is asked for once a second too, as the answer that there
 * is nothing takes Deno as long as five others.
 *
 * Being told of changes by the system is not used: what `Deno.watchFs` is made of opens each file that
 * has changed and closes it again, upon which the locks of SQLite on that file are gone.
 */
import { pauseUntilBeat } from "../../../base/async/timer.ts";
import type { World } from "../../../base/world.ts";
import { NO_FILE, stampOf } from "./settings_stamp.ts";

/** What it needs of the world. */
export type LooksWorld = Pick<World, "clock" | "files">;

/** How often to glance: a peer should have a command within a second of its being recorded. */
const GLANCE_MS = 200;
/** How often where nothing was recorded for {@linkcode LULL_MS}: that takes a third less of the processor. */
const RARE_GLANCE_MS = 500;
const LULL_MS = 60_000;
/** How often to look in any case. */
const LOOK_MS = 1_000;
/** Due is what would be within half a glance. */
const SLACK_MS = GLANCE_MS / 2;

/** The moments to look at some files and folders. */
export class Looks implements Disposable {
  readonly #world: LooksWorld;
  readonly #paths: readonly string[];
  readonly #over = new AbortController();
  #seen: readonly string[];
  #lastAt: number;
  #recordedAt: number;
  #count = 0;
  #coming: Promise<void> | undefined;

  /** Takes it that everybody looks now. @param paths whether they are there yet or not */
  constructor(world: LooksWorld, paths: readonly string[]) {
    this.#world = world;
    this.#paths = paths;
    this.#seen = paths.map((path) => this.#stampOf(path));
    this.#lastAt = world.clock.monotonic();
    this.#recordedAt = this.#lastAt;
  }

  /**
   * Resolves at the first moment after the one with the number `last`, to the number of that; 0 is the
   * one before the first. When the signal is aborted, at once.
   */
  async next(last: number, signal: AbortSignal): Promise<number> {
    if (last < this.#count || signal.aborted) return this.#count;
    this.#coming ??= this.#untilNext().finally(() => this.#coming = undefined);
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = (): void => resolve();
    signal.addEventListener("abort", stop, { once: true });
    await Promise.race([this.#coming, promise]);
    signal.removeEventListener("abort", stop);
    return this.#count;
  }

  /**
   * Something was recorded, and more may follow soon. The files alone do not tell: this daemon writes to
   * them with every round.
   */
  recorded(): void {
    this.#recordedAt = this.#world.clock.monotonic();
  }

  /** Ends all waits. Twice is harmless. */
  [Symbol.dispose](): void {
    this.#over.abort();
  }

  async #untilNext(): Promise<void> {
    const { clock } = this.#world;
    const { signal } = this.#over;
    for (;;) {
      const isLull = clock.monotonic() - this.#recordedAt >= LULL_MS;
      await pauseUntilBeat(clock, isLull ? RARE_GLANCE_MS : GLANCE_MS, signal);
      if (signal.aborted) return;
      const isDue = clock.monotonic() - this.#lastAt >= LOOK_MS - SLACK_MS;
      const now = this.#glance(isDue);
      const isChanged = now.some((stamp, i) => stamp !== this.#seen[i]);
      if (!isChanged && !isDue) continue;
      this.#seen = now;
      this.#lastAt = clock.monotonic();
      this.#count++;
      return;
    }
  }

  #glance(isDue: boolean): readonly string[] {
    return this.#paths.map((path, i) => {
      const seen = this.#seen[i]!;
      return seen === NO_FILE && !isDue ? seen : this.#stampOf(path);
    });
  }

  #stampOf(path: string): string {
    try {
      return stampOf(path, this.#world.files);
    } catch {
      return "hidden"; // nobody lets us look
    }
  }
}
