/** Whether a path still names the file that was opened. */
import assert from "node:assert/strict";
import { RrError } from "../../../src/base/rr_error.ts";
import type { FileInfo } from "../../../src/base/world.ts";
import { FilePlace } from "../../../src/store/file/file_place.ts";
import { denoFiles } from "../../../src/world/deno.ts";

Deno.test("FilePlace tells what has become of the file, in words that say which", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/history.db`;
    await Deno.writeTextFile(path, "1");
    const place = new FilePlace(path, denoFiles(), path);
    assert.equal(place.look(), "same");
    place.check();

    await Deno.rename(path, `${path}.away`);
    assert.equal(place.look(), "gone");
    assert.throws(() => place.check(), /has been removed/);

    await Deno.writeTextFile(path, "2");
    assert.equal(place.look(), "replaced");
    assert.throws(() => place.check(), /is another file now/);

    await Deno.rename(`${path}.away`, path);
    assert.equal(place.look(), "same");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("FilePlace notices that the write-ahead log was taken away or changed for another", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/history.db`;
    await Deno.writeTextFile(path, "1");
    const place = new FilePlace(path, denoFiles(), path);
    assert.equal(place.look(), "same");
    await Deno.writeTextFile(`${path}-wal`, "log");
    assert.equal(place.look(), "same", "it has come later");
    await Deno.rename(`${path}-wal`, `${path}-old`);
    assert.equal(place.look(), "without-log");
    assert.equal(place.hasUnknownLog(), false, "there is none");
    await Deno.writeTextFile(`${path}-wal`, "log");
    assert.equal(place.look(), "without-log");
    assert.equal(place.hasUnknownLog(), true);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("FilePlace says so when nobody lets it look, and finds the file again afterwards", () => {
  let isAllowed = true;
  const stat = (): FileInfo => {
    if (!isAllowed) throw new RrError("io", "Cannot look at it: Permission denied");
    return { kind: "file", mode: 0o600, size: 1, mtimeMs: 0, id: "1" };
  };
  const place = new FilePlace("/state/history.db", { stat }, "/state/history.db");
  isAllowed = false;
  assert.equal(place.look(), "hidden");
  assert.equal(place.hasUnknownLog(), false);
  assert.throws(() => place.check(), /cannot be looked at/);
  isAllowed = true;
  assert.equal(place.look(), "same");
});
