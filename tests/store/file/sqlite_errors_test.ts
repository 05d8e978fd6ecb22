import assert from "node:assert/strict";
import { RrError } from "../../../src/base/rr_error.ts";
import { Database } from "../../../src/store/file/database.ts";
import { tempFolder } from "../_open.ts";

// A daemon waits for what is `io`, and ends at what is `database`: see openPatiently().
Deno.test("a file that may not be written, or not be opened, may get better by waiting", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  new Database(path, { readOnly: false })[Symbol.dispose]();
  using reader = new Database(path, { readOnly: true });
  assert.throws(() => reader.exec("CREATE TABLE t (a)"), (error) => {
    assert.ok(error instanceof RrError);
    assert.match(error.message, /may not be written to/);
    assert.match(error.hint ?? "", /read-only/);
    return error.code === "io";
  });
  assert.throws(
    () => new Database(folder.file("none/h.db"), { readOnly: false }),
    (error) => error instanceof RrError && error.code === "io",
  );
});

Deno.test("a file that is no database does not", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  Deno.writeTextFileSync(path, "no database at all, and long enough to be looked at. ".repeat(20));
  using db = new Database(path, { readOnly: false });
  assert.throws(
    () => db.exec("CREATE TABLE t (a)"),
    (error) => error instanceof RrError && error.code === "database",
  );
});
