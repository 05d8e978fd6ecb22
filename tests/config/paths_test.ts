import assert from "node:assert/strict";
import { folderOf } from "../../src/base/folder_of.ts";
import { expandHome, homeFolder, stateFolder } from "../../src/config/paths.ts";
import { mostSimilar } from "../../src/base/similar.ts";

Deno.test("expandHome() replaces a leading ~/ and nothing else", () => {
  assert.equal(expandHome("~/x/y", "/h"), "/h/x/y");
  assert.equal(expandHome("~", "/h"), "/h");
  for (const path of ["~ann/x", "/a/~/b", "a~", ":memory:", ""]) {
    assert.equal(expandHome(path, "/h"), path);
  }
});

Deno.test("homeFolder() takes HOME, then USERPROFILE, without a trailing slash", () => {
  const env = (values: Record<string, string>) => (name: string): string | undefined =>
    values[name];
  assert.equal(homeFolder(env({ HOME: "/h/" })), "/h");
  assert.equal(homeFolder(env({ HOME: "/" })), "/");
  assert.throws(() => homeFolder(env({ HOME: "home/me" })), /"home\/me": it is no absolute path/);
  assert.equal(homeFolder(env({ USERPROFILE: "C:\\Users\\me" })), "C:\\Users\\me");
});

Deno.test("folderOf() and stateFolder() name the folder of the database", () => {
  assert.equal(folderOf("a"), ".");
  assert.equal(folderOf("/a"), "/");
  assert.equal(stateFolder("/h/.rustory/history.db"), "/h/.rustory");
});

Deno.test("mostSimilar() finds a slip and leaves alone what is far off", () => {
  const keys = ["user_id", "device_id", "trackers"];
  assert.equal(mostSimilar("user_di", keys), "user_id");
  assert.equal(mostSimilar("TRACKER", keys), "trackers");
  assert.equal(mostSimilar("devce_id", keys), "device_id");
  assert.equal(mostSimilar("path", keys), undefined);
  assert.equal(mostSimilar("", keys), undefined);
});
