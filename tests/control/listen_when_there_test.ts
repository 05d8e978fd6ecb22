import assert from "node:assert/strict";
import type { PartState } from "../../src/base/async/supervise.ts";
import { listenWhenThere } from "../../src/control/listen_when_there.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { RecordingLogger } from "../fakes/recording_logger.ts";

Deno.test("listenWhenThere() says once that it cannot listen, tries on, and says once that it can", async () => {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const states: PartState[] = [];
  let left = 5;
  const listening = listenWhenThere(
    "door",
    "windows are open",
    () => left-- > 0 ? Promise.reject(new Error("no address")) : Promise.resolve(7),
    { clock, logger, onState: (state) => states.push(state) },
    new AbortController().signal,
  );
  for (let i = 0; i < 5; i++) {
    await clock.untilSleeping();
    await clock.advanceToNext();
  }
  assert.equal(await listening, 7);
  assert.deepEqual(logger.events.map(({ level }) => level), ["warn", "info"]);
  assert.deepEqual(states.map(({ failures }) => failures), [1, 2, 3, 4, 5, 0]);
  assert.equal(states[0]?.error, "no address; windows are open");
});

Deno.test("listenWhenThere() gives up once it is to stop", async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const deps = { clock, logger: new RecordingLogger() };
  const never = (): Promise<never> => Promise.reject(new Error("no address"));
  const listening = listenWhenThere("door", "", never, deps, stop.signal);
  await clock.untilSleeping();
  stop.abort(new Error("enough"));
  assert.equal(await listening, undefined);
});
