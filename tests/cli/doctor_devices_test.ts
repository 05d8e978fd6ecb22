import assert from "node:assert/strict";
import { checkDevices } from "../../src/cli/commands/doctor/checks/check_devices.ts";
import type { DoctorContext } from "../../src/cli/commands/doctor/finding.ts";
import { annsWorld } from "./_run.ts";

Deno.test("rr doctor advises no pairing where the daemon says what keeps the others out", async () => {
  using world = annsWorld();
  const said = async (problems: readonly string[]) =>
    await checkDevices.run({
      world,
      settings: { trackers: [] },
      trackers: Promise.resolve([]),
      daemon: { status: { peers: [], problems } },
    } as unknown as DoctorContext);
  assert.match((await said([]))[0]!.hint!, /rr pair/);
  assert.deepEqual(await said(["A device of yours on this network has another time"]), []);
});
