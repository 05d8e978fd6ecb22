import assert from "node:assert/strict";
import { inspectSpools } from "../../src/spool/inspect.ts";
import { encodeSpoolRecord } from "../../src/shell/spool_record.ts";
import { denoFiles } from "../../src/world/deno.ts";
import { makeEntry } from "../fakes/entries.ts";

Deno.test("inspectSpools() counts what waits, and tells when the newest of it was written", () => {
  const folder = Deno.makeTempDirSync({ prefix: "rr-inspect-" });
  try {
    const files = denoFiles();
    assert.deepEqual(inspectSpools(`${folder}/none`, files), {
      exists: false,
      sessions: 0,
      waiting: 0,
      newestMs: undefined,
      torn: 0,
      unreadable: [],
    });
    assert.equal(inspectSpools(folder, files).newestMs, undefined);
    const { command, cwd, exitCode, startedAtMs, durationMs, shell, hostname } = makeEntry();
    const ran = { command, cwd, exitCode, startedAtMs, durationMs, shell, hostname };
    const record = encodeSpoolRecord({ key: "1", ...ran });
    for (
      const [session, seconds] of [["11111111", 1_700_000_000], [
        "22222222",
        1_600_000_000,
      ]] as const
    ) {
      Deno.writeTextFileSync(`${folder}/${session}.spool`, record);
      Deno.utimeSync(`${folder}/${session}.spool`, seconds, seconds);
    }
    const { sessions, waiting, newestMs } = inspectSpools(folder, files);
    assert.deepEqual([sessions, waiting, newestMs], [2, 2, 1_700_000_000_000]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
