/** What the daemon takes in, and whom it tells. */
import assert from "node:assert/strict";
import type { HistoryContext } from "../../../../src/app/daemon/context.ts";
import { takeIn } from "../../../../src/app/daemon/history/take_in.ts";
import { silentLogger } from "../../../../src/base/log.ts";
import { FakeWorld } from "../../../fakes/fake_world.ts";

Deno.test("takeIn() tells who looks at the files when another process has written, not at each look", async () => {
  using world = new FakeWorld();
  const over = new AbortController();
  const told: string[] = [];
  const versions = [1, 1, 1, 2, 2];
  let looked = 0;
  const context = {
    deps: { world, logger: silentLogger() },
    history: { dataVersion: () => versions[looked]! },
    guard: { check: () => {}, checkAt: () => {} },
    config: () => ({ intake: { folder: `${world.home}/spool`, deviceId: "laptop" } }),
    changed: () => {},
    looks: {
      next: () => {
        if (++looked === versions.length) over.abort();
        return Promise.resolve(looked);
      },
      recorded: () => told.push(`look ${looked}`),
    },
  };
  await takeIn(context as unknown as HistoryContext, over.signal);
  assert.deepEqual(told, ["look 0", "look 3"], "the start, and the change");
});
