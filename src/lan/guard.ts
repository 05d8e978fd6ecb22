/** What is worth opening, and what is fresh: a flood costs little, a recording is worth nothing. */
import type { Beacon } from "./beacon.ts";

/** How far the clocks of two devices may be apart, in milliseconds. */
export const MAX_CLOCK_SKEW_MS = 120_000;
/** Datagrams opened per second and source; a device sends a handful when it starts. */
const PER_SOURCE = 20;
/** Datagrams opened per second from all sources: about 2 % of one core. */
const PER_SECOND = 500;
/** Subjects whose last beacon is remembered. */
const MAX_SUBJECTS = 1_024;

/** Decides by time and number; holds no more than a bounded memory. */
export class BeaconGuard {
  readonly #maxSkewMs: number;
  readonly #last = new Map<string, number>();
  readonly #perSource = new Map<string, number>();
  #second = -1;
  #opened = 0;

  /** @param maxSkewMs see {@linkcode MAX_CLOCK_SKEW_MS} */
  constructor(maxSkewMs: number = MAX_CLOCK_SKEW_MS) {
    this.#maxSkewMs = maxSkewMs;
  }

  /** Whether a datagram from `source` should be opened, at `monotonicMs`. */
  mayOpen(source: string, monotonicMs: number): boolean {
    const second = Math.floor(monotonicMs / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#opened = 0;
      this.#perSource.clear();
    }
    const count = this.#perSource.get(source) ?? 0;
    if (count >= PER_SOURCE || this.#opened >= PER_SECOND) return false;
    this.#perSource.set(source, count + 1);
    this.#opened++;
    return true;
  }

  /** Whether a beacon that was opened is of now and was not seen before. */
  judge(beacon: Beacon, nowMs: number): "fresh" | "stale" | "repeated" {
    if (Math.abs(nowMs - beacon.atMs) > this.#maxSkewMs) return "stale";
    // By address as well: a device says the same on each of its networks, at about the same time.
    const key = `${beacon.subject.join(",")} ${beacon.address}`;
    const last = this.#last.get(key);
    // A last one from the future was heard while our clock was wrong, and would be stale by itself now.
    const isOfNow = last !== undefined && last - nowMs <= this.#maxSkewMs;
    if (isOfNow && beacon.atMs <= last) return "repeated";
    if (last === undefined && this.#last.size >= MAX_SUBJECTS) this.#forgetOldest(nowMs);
    this.#last.delete(key);
    this.#last.set(key, beacon.atMs);
    return "fresh";
  }

  /** What is too old to be fresh need not be remembered; if that is none, the one heard longest ago. */
  #forgetOldest(nowMs: number): void {
    for (const [key, atMs] of this.#last) {
      if (nowMs - atMs <= 2 * this.#maxSkewMs && this.#last.size < MAX_SUBJECTS) return;
      this.#last.delete(key);
    }
  }
}
