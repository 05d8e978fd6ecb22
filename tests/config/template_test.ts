import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "smol-toml";
import { editConfig } from "../../src/config/edit.ts";
import { knownKeys } from "../../src/config/schema.ts";
import { describeKeys, renderConfig } from "../../src/config/template.ts";

Deno.test("renderConfig() names every known key, and without values sets none", () => {
  const text = renderConfig({});
  assert.deepEqual(Object.keys(parse(text)), []);
  const named = [...text.matchAll(/^# ([a-z0-9_]+) = /gm)].map((match) => match[1]!);
  assert.deepEqual(named.toSorted(), knownKeys().toSorted());
  assert.deepEqual(describeKeys().filter((row) => row.env === undefined), []);
});

Deno.test("renderConfig(): its examples are valid where they are uncommented", () => {
  const text = renderConfig({}).replaceAll(/^# ([a-z0-9_]+ = )/gm, "$1");
  assert.deepEqual(Object.keys(parse(text)).toSorted(), knownKeys().toSorted());
});

const VALUE = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.integer(),
  fc.boolean(),
  fc.array(fc.string({ unit: "grapheme" }), { maxLength: 3 }),
);

Deno.test("renderConfig() is read back as it was given", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...knownKeys()), VALUE), (values) => {
      const wanted = JSON.parse(JSON.stringify(values).toWellFormed());
      assert.deepEqual({ ...parse(renderConfig(values)) }, { ...wanted });
    }),
  );
});

Deno.test("editConfig() keeps comments, layout, other keys and tables", () => {
  const old = [
    "# my file",
    'user_id = "me" # that is me',
    "trackers = [",
    '  "http://a:1", # at home',
    "]",
    "record_ignore_regex = '''(?i)secret'''",
    'unknown = "kept"',
    "",
    "[later]",
    "x = 2",
    "",
  ].join("\n");
  const text = editConfig(old, { user_id: "you", device_id: "lap", trackers: ["http://b:2"] });
  assert.deepEqual(JSON.parse(JSON.stringify(parse(text))), {
    user_id: "you",
    device_id: "lap",
    trackers: ["http://b:2"],
    record_ignore_regex: "(?i)secret",
    unknown: "kept",
    later: { x: 2 },
  });
  assert.match(text, /^# my file\nuser_id = "you" # that is me\n/);
  assert.match(text, /record_ignore_regex = '''\(\?i\)secret'''/);
});

Deno.test("editConfig() puts a new key in the place of its commented example", () => {
  const text = editConfig(renderConfig({ user_id: "me" }), { device_id: "lap" });
  assert.equal(text, renderConfig({ user_id: "me", device_id: "lap" }));
});

Deno.test("editConfig() does not take an example below a table for one at the top", () => {
  const text = editConfig("[t]\n# device_id = 'x'\ny = 1\n", { device_id: "lap" });
  assert.equal(parse(text).device_id, "lap");
  assert.match(text, /^# device_id = 'x'$/m);
});

Deno.test("renderConfig() writes no character that TOML refuses", () => {
  const text = renderConfig({ user_id: 'a\x7f\x1b"\\b\ud800' });
  // deno-lint-ignore no-control-regex -- exactly these are refused
  assert.doesNotMatch(text, /[\x00-\x09\x0b-\x1f\x7f]/);
  assert.equal(parse(text).user_id, 'a\x7f\x1b"\\b\ufffd');
});
