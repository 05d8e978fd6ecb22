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

Deno.test("yieldToLoop() lets signals be heard soon, however much is to be done", async () => {
  let heard = 0;
  const hear = (): void => void heard++;
  Deno.addSignalListener("SIGUSR2", hear);
  try {
    let turns = 0;
    for (let sent = 0; sent < 5 || heard < 5; turns++) {
      if (heard === sent && sent < 5 && turns >= 5) {
        Deno.kill(Deno.pid, "SIGUSR2");
        sent++;
      }
      const end = performance.now() + 60;
      while (performance.now() < end);
      await yieldToLoop();
    }
    assert.ok(turns <= 13, `after ${turns} turns of 60 ms`);
  } finally {
    Deno.removeSignalListener("SIGUSR2", hear);
  }
});
