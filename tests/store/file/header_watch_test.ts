/** A history that is overwritten in its place, told from SQLite's own writing. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { HeaderWatch } from "../../../src/store/file/header_watch.ts";

Deno.test("HeaderWatch tells an older copy put over the file from what SQLite writes", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/history.db`;
    using db = new DatabaseSync(path);
    db.exec("CREATE TABLE t (x)");
    const older = await Deno.readFile(path);
    using watch = new HeaderWatch(path);
    for (let i = 0; i < 20; i++) {
      db.exec(`CREATE TABLE t${i} (x)`);
      assert.equal(watch.isOverwritten(), false);
    }
    await Deno.writeFile(path, older);
    assert.equal(watch.isOverwritten(), true);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("HeaderWatch takes a file without its end for one that SQLite has had no room to write", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/history.db`;
    new DatabaseSync(path).exec("CREATE TABLE t (x); CREATE TABLE u (x)");
    let room = 4_095;
    using watch = new HeaderWatch(path, () => room);
    const { size } = Deno.statSync(path);
    const twice = (): boolean[] => [watch.isOverwritten(), watch.isOverwritten()];
    await Deno.truncate(path, size - 4_096);
    assert.deepEqual(twice(), [false, false]);
    room = 1e9;
    assert.deepEqual(twice(), [false, false], "room again, but not folded in yet");
    await Deno.truncate(path, size);
    assert.deepEqual(twice(), [false, false], "whole");
    await Deno.truncate(path, size - 4_096);
    assert.deepEqual(twice(), [false, true], "cut with room enough");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("HeaderWatch believes that a file is cut short or none at all when it sees it twice", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/history.db`;
    new DatabaseSync(path).exec("CREATE TABLE t (x); CREATE TABLE u (x)");
    const whole = await Deno.readFile(path);
    for (const bad of [whole.subarray(0, whole.length - 4_096), new Uint8Array(4_096)]) {
      await Deno.writeFile(path, whole);
      using watch = new HeaderWatch(path);
      await Deno.writeFile(path, bad);
      assert.equal(watch.isOverwritten(), false);
      await Deno.writeFile(path, whole);
      assert.equal(watch.isOverwritten(), false, "whole again");
      await Deno.writeFile(path, bad);
      assert.equal(watch.isOverwritten(), false);
      assert.equal(watch.isOverwritten(), true);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
