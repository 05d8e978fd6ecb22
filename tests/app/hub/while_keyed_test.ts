import assert from "node:assert/strict";
import { untilAborted } from "../../../src/base/async/until_aborted.ts";
import { whileKeyed } from "../../../src/app/hub/while_keyed.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";

Deno.test("whileKeyed() waits for a key, works with it, and works anew with another one", async () => {
  const clock = new FakeClock();
  const over = new AbortController();
  let key: string | undefined;
  const began: (string | undefined)[] = [];
  const ended: (string | undefined)[] = [];
  const work = async (signal: AbortSignal): Promise<void> => {
    const mine = key;
    began.push(mine);
    await untilAborted(signal);
    ended.push(mine);
  };
  const running = whileKeyed(() => key, work, clock, over.signal);
  const nextLook = async (): Promise<void> => {
    await clock.untilSleeping();
    await clock.advance(1_000);
  };
  await nextLook();
  assert.deepEqual(began, []);
  key = "one";
  await nextLook();
  assert.deepEqual([began, ended], [["one"], []]);
  await nextLook();
  assert.deepEqual([began, ended], [["one"], []], "the key is still the same");
  key = "two";
  await nextLook();
  await clock.untilSleeping();
  assert.deepEqual([began, ended], [["one", "two"], ["one"]]);
  over.abort(new Error("stopped"));
  await running;
  assert.deepEqual(ended, ["one", "two"]);
  assert.equal(clock.sleeping, 0);
});

Deno.test("whileKeyed() throws what the work fails with", async () => {
  const work = (): Promise<void> => Promise.reject(new Error("no port"));
  const { signal } = new AbortController();
  await assert.rejects(whileKeyed(() => "key", work, new FakeClock(), signal), /no port/);
});

Deno.test("whileKeyed() has the work let go where the key cannot be looked at any more", async () => {
  const clock = new FakeClock();
  const { signal } = new AbortController();
  let looks = 0;
  const keyText = (): string => {
    if (looks++ > 1) throw new Error("permission denied");
    return "key";
  };
  let isAtWork = false;
  const work = async (until: AbortSignal): Promise<void> => {
    isAtWork = true;
    await untilAborted(until);
    isAtWork = false;
  };
  const failed = assert.rejects(whileKeyed(keyText, work, clock, signal), /permission denied/);
  await clock.untilSleeping();
  assert.equal(isAtWork, true);
  await clock.advance(1_000);
  await failed;
  assert.equal(isAtWork, false);
});
