import assert from "node:assert/strict";
import fc from "fast-check";
import type { Entry } from "../../src/history/entry.ts";
import {
  checkEntry,
  EntryError,
  MAX_COMMAND_CHARS,
  MAX_CWD_CHARS,
  MAX_ID_CHARS,
  MAX_LABEL_CHARS,
  MAX_STARTED_AT_MS,
  MIN_STARTED_AT_MS,
} from "../../src/history/check_entry.ts";
import { makeEntry } from "../fakes/entries.ts";

type Fields = { [K in keyof Entry]?: unknown };

function check(fields: Fields): Entry {
  return checkEntry({ ...makeEntry(), ...fields });
}

Deno.test("checkEntry() gives a good entry back as it is", () => {
  const entry = makeEntry({ command: "cat <<EOF\n\tü\nEOF", exitCode: -1, session: "s1" });
  assert.deepEqual(checkEntry(entry), entry);
  const { session: _, ...without } = entry;
  assert.ok(!("session" in checkEntry(without as Entry)));
});

Deno.test("checkEntry() accepts every field at its bound and refuses it beyond, naming it", () => {
  const text = (length: number): string => "x".repeat(length);
  const table: [keyof Entry, unknown[], unknown[]][] = [
    ["id", ["a", text(MAX_ID_CHARS)], ["", text(MAX_ID_CHARS + 1), "a\nb", "a\x7f", "\ud800", 7]],
    ["deviceId", ["", text(MAX_LABEL_CHARS)], [text(MAX_LABEL_CHARS + 1), null]],
    ["userId", ["", text(MAX_LABEL_CHARS)], [text(MAX_LABEL_CHARS + 1), undefined]],
    ["shell", ["", text(MAX_LABEL_CHARS)], [text(MAX_LABEL_CHARS + 1), 1]],
    ["hostname", ["", text(MAX_LABEL_CHARS)], [text(MAX_LABEL_CHARS + 1), {}]],
    ["version", ["", text(MAX_LABEL_CHARS)], [text(MAX_LABEL_CHARS + 1), []]],
    ["session", ["", text(MAX_LABEL_CHARS)], [text(MAX_LABEL_CHARS + 1), null]],
    ["cwd", ["", text(MAX_CWD_CHARS)], [text(MAX_CWD_CHARS + 1), null]],
    ["command", ["", text(MAX_COMMAND_CHARS)], [text(MAX_COMMAND_CHARS + 1), null]],
    [
      "startedAtMs",
      [MIN_STARTED_AT_MS, MAX_STARTED_AT_MS, 0],
      [MIN_STARTED_AT_MS - 1, MAX_STARTED_AT_MS + 1, 0.5, NaN, "0"],
    ],
    ["exitCode", [-(2 ** 31), 2 ** 31 - 1], [-(2 ** 31) - 1, 2 ** 31, 0.5, "0", null]],
    [
      "durationMs",
      [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
      [2 ** 53, 0.5, Infinity, 1n],
    ],
  ];
  for (const [field, good, bad] of table) {
    for (const value of good) assert.equal(check({ [field]: value })[field], value, field);
    for (const value of bad) {
      assert.throws(() => check({ [field]: value }), (error) => {
        assert.ok(error instanceof EntryError, `${error}`);
        assert.equal(error.field, field);
        return true;
      });
    }
  }
});

Deno.test("checkEntry() makes text well-formed and free of NUL", () => {
  const entry = check({ command: "a\ud800b\0c", cwd: "\udc00" });
  assert.equal(entry.command, "a\ufffdb\ufffdc");
  assert.equal(entry.cwd, "\ufffd");
});

Deno.test("checkEntry() is at rest after the first time", () => {
  const text = fc.string({ unit: "binary", maxLength: 50 });
  fc.assert(fc.property(text, text, fc.integer(), (command, cwd, exitCode) => {
    const once = check({ command, cwd, exitCode });
    assert.deepEqual(checkEntry(once), once);
    assert.ok(once.command.isWellFormed());
  }));
});

Deno.test("checkEntry() turns -0 into 0", () => {
  assert.ok(Object.is(check({ exitCode: -0 }).exitCode, 0));
});

Deno.test("EntryError never holds the text that was refused", () => {
  try {
    check({ command: "SECRET".repeat(MAX_COMMAND_CHARS) });
    assert.fail("refused");
  } catch (error) {
    assert.ok(error instanceof EntryError && !error.message.includes("SECRET"));
  }
});
