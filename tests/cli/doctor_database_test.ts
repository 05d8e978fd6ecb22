/** What rr doctor says of a database that is not what it should be. */
import assert from "node:assert/strict";
import { foreign } from "../store/_open.ts";
import { doctor } from "./_doctor.ts";
import { annsWorld, rr } from "./_run.ts";

Deno.test("rr doctor does not call a database whole that every other command refuses", async () => {
  using world = annsWorld();
  const path = `${world.home}/.rustory/history.db`;
  const said = async (): Promise<string> => (await doctor(world)).bad.get("database") ?? "";
  await rr(world, "record", "--cmd", "ls");
  foreign(path, (db) => db.exec("PRAGMA user_version = 99"));
  assert.match(await said(), /its schema is version 99.*A newer rr has written it/);
  const clear = (): void => ["", "-wal", "-shm"].forEach((end) => world.files.remove(path + end));
  clear();
  foreign(path, (db) => db.exec("CREATE TABLE notes (text)"));
  assert.match(await said(), /belongs to another program/);
  clear();
  Deno.writeFileSync(path, new Uint8Array(), { mode: 0o600 });
  assert.equal(await said(), "", "one that the next command fills");
  clear();
  Deno.mkdirSync(path, { mode: 0o700 });
  assert.match(await said(), /it is not a regular file.*Move away what is there/);
  Deno.removeSync(path);
  Deno.symlinkSync(path, path);
  assert.match(await said(), /Cannot look at/);
});
