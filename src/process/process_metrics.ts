/** What every long-running command measures of itself. */
import { memoryUsage } from "node:process";
import { untilBeat } from "../base/async/timer.ts";
import type { Clock } from "../base/clock.ts";
import type { Metrics } from "../base/metrics.ts";
import { VERSION } from "../version.ts";

/** How often the delay of the event loop is looked at; rarely enough to cost nothing. */
const LOOK_MS = 1_000;
/** In seconds; 50 ms is what database work may take at a time. */
const DELAY_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/**
 * Adds memory, age, version and the delay of the event loop, which is followed until `signal` is aborted.
 * Resolves then.
 */
export async function measureProcess(
  metrics: Metrics,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const startedAt = clock.now();
  const info = metrics.gauge("rr_info", "The version of rr, as a label.");
  const start = metrics.gauge("rr_start_time_seconds", "When it was started, in Unix time.");
  const memory = metrics.gauge("rr_resident_memory_bytes", "Memory that the process holds.");
  const delays = metrics.histogram(
    "rr_event_loop_delay_seconds",
    "How late a timer came.",
    DELAY_BOUNDS,
  );
  info.set(1, { version: VERSION });
  start.set(startedAt / 1_000);
  metrics.onCollect(() => memory.set(memoryUsage().rss));
  while (!signal.aborted) {
    const before = clock.monotonic();
    const pause = untilBeat(before, LOOK_MS);
    try {
      await clock.sleep(pause, signal);
    } catch {
      return;
    }
    delays.observe(Math.max(0, clock.monotonic() - before - pause) / 1_000);
  }
}
