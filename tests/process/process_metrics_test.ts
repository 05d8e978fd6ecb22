import assert from "node:assert/strict";
import { measureProcess } from "../../src/process/process_metrics.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { FakeClock } from "../fakes/fake_clock.ts";

Deno.test("measureProcess() tells memory, start, version and how late timers come", async () => {
  const clock = new FakeClock();
  const metrics = createMetrics();
  const stop = new AbortController();
  const measured = measureProcess(metrics, clock, stop.signal);
  await clock.untilSleeping();
  await clock.advance(1_300); // 0.3 s late
  await clock.untilSleeping();
  stop.abort();
  await measured;
  const text = metrics.text();
  assert.match(text, /^rr_start_time_seconds 1700000000$/m);
  assert.match(text, /^rr_info\{version="\d+\.\d+\.\d+"\} 1$/m);
  assert.match(text, /^rr_resident_memory_bytes \d{7,}$/m);
  assert.match(text, /^rr_event_loop_delay_seconds_bucket\{le="0.25"\} 0$/m);
  assert.match(text, /^rr_event_loop_delay_seconds_bucket\{le="0.5"\} 1$/m);
});
