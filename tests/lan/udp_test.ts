import assert from "node:assert/strict";
import { openMulticast } from "../../src/lan/udp.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { RecordingLogger } from "../fakes/recording_logger.ts";

Deno.test("openMulticast() goes on where the system does not tell the interfaces, and says so once", async () => {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const asked = { times: 0, fails: true };
  const interfaces = (): Record<string, never> => {
    asked.times++;
    if (asked.fails) throw new Error("Permission denied");
    return {};
  };
  const next = async (): Promise<void> => {
    await clock.advanceToNext();
    await new Promise((resolve) => setImmediate(resolve));
  };
  await using multicast = await openMulticast({ clock, logger, interfaces });
  assert.deepEqual(multicast.interfaces(), []);
  await next();
  await next();
  assert.equal(asked.times, 3);
  assert.equal(logger.matching("Cannot follow the network interfaces").length, 1);
  asked.fails = false;
  await next();
  asked.fails = true;
  await next();
  assert.equal(asked.times, 5);
  assert.equal(
    logger.matching("Cannot follow the network interfaces").length,
    2,
    "it was well between",
  );
});
