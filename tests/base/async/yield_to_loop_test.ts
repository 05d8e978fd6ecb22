import assert from "node:assert/strict";
import { yieldToLoop } from "../../../src/base/async/yield_to_loop.ts";

Deno.test("yieldToLoop() lets other events happen, which a microtask does not", async () => {
  const { port1, port2 } = new MessageChannel();
  const got = Promise.withResolvers<void>();
  let arrived = false;
  port2.onmessage = () => {
    arrived = true;
    got.resolve();
  };
  port1.postMessage("hello");
  for (let i = 0; i < 100; i++) await Promise.resolve();
  assert.equal(arrived, false);
  for (let i = 0; i < 100 && !arrived; i++) await yieldToLoop();
  assert.equal(arrived, true);
  await got.promise;
  port1.close();
  port2.close();
});
