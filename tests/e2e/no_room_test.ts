/** A daemon that begins where nothing can be written: the disk is full, and has room again later. */
import assert from "node:assert/strict";
import { Device } from "../../scripts/lab/device.ts";
import { Lab, LOOPBACK } from "./_lab.ts";

/** No file of the process may have a byte more than it has, as on a full disk. */
function withoutRoom(argv: readonly string[]): string[] {
  return ["sh", "-c", 'trap "" XFSZ; ulimit -S -f 0; exec "$@"', "sh", ...argv];
}

async function makeRoom(pid: number): Promise<void> {
  const { success } = await new Deno.Command("prlimit", {
    args: ["--pid", `${pid}`, "--fsize=unlimited"],
  }).output();
  assert.ok(success, "prlimit");
}

Deno.test({
  name: "a daemon that begins on a full disk waits for room, whatever it is that has none",
  ignore: Deno.build.os !== "linux", // prlimit
  fn: async (t) => {
    for (const has of ["nothing", "a history"]) {
      await t.step(`with ${has} so far`, async () => {
        await using lab = new Lab();
        if (has === "a history") {
          await using before = new Device("full", lab.root);
          await before.record("echo before");
        }
        await using device = new Device("full", lab.root, { wrap: withoutRoom });
        const daemon = await device.start("p2p-sync", "--watch", "--push", "--listen", LOOPBACK);
        await daemon.line((line) => line.includes("Cannot begin, it is tried again"));
        await makeRoom(daemon.pid);
        await daemon.line((line) => line.includes("p2p listen: "));
        daemon.kill("SIGTERM");
        assert.equal(await daemon.exited, 0);
      });
    }
  },
});
