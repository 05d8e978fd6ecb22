/** A process that takes in spools until it is killed: folder, database. */
import { createCaptureRules } from "../../src/capture/rules.ts";
import type { DeviceId } from "../../src/history/entry.ts";
import { ingestSpools } from "../../src/spool/ingest.ts";
import { openHistory } from "../../src/store/file/open_history.ts";
import { systemWorld } from "../../src/world/system.ts";

const [folder, database] = Deno.args;
const world = await systemWorld();
const rules = await createCaptureRules();
using history = openHistory(database!, world);
const deps = {
  ...world,
  folder: folder!,
  log: history.log,
  userId: "u",
  deviceId: "d" as DeviceId,
};
for (;;) {
  const { inserted } = await ingestSpools({ ...deps, rules: () => rules }, { settleMs: 0 });
  world.stdout.write(`${inserted}\n`);
  await world.clock.sleep(1);
}
