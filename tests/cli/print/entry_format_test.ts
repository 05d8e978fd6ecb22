import assert from "node:assert/strict";
import { localTime } from "../../../src/base/local_time.ts";
import { RrError } from "../../../src/base/rr_error.ts";
import { compileFormat, FIELD_NAMES, span } from "../../../src/cli/print/entry_format.ts";
import type { Entry } from "../../../src/history/entry.ts";

const ENTRY = {
  id: "id-1",
  deviceId: "desk",
  userId: "ann",
  startedAtMs: new Date(2024, 4, 1, 9, 8, 7).getTime(),
  command: "echo a\nb",
  cwd: "/w",
  exitCode: 2,
  durationMs: 61_000,
  shell: "zsh",
  hostname: "h",
  version: "0.1.0",
} as Entry;
const NOW = ENTRY.startedAtMs + 2 * 3_600_000;
const same = (text: string): string => text;

Deno.test("compileFormat() fills in fields and reads its escapes", () => {
  const out = (template: string): string => compileFormat(template)(ENTRY, NOW, same);
  assert.equal(
    out("{time}|{ago}|{exit}|{duration}|{duration_ms}|{cwd}|{host}|{device}|{user}|{shell}|{id}"),
    "2024-05-01 09:08:07|2h|2|1m|61000|/w|h|desk|ann|zsh|id-1",
  );
  assert.equal(out("[{session}]"), "[]");
  assert.equal(out("{command}"), "echo a\nb");
  assert.equal(out("a\\tb\\nc\\\\d"), "a\tb\nc\\d");
  assert.equal(out("{{x} $ é {{{exit}}"), "{x} $ é {2}");
  assert.equal(out("a{"), "a{");
  assert.equal(compileFormat("{exit}")({ ...ENTRY, exitCode: -1 }, NOW, same), "?");
  assert.equal(compileFormat("{exit}")({ ...ENTRY, exitCode: 0, cwd: "unknown" }, NOW, same), "?");
  const imported = { ...ENTRY, exitCode: 0, durationMs: 0, cwd: "unknown", hostname: "unknown" };
  const shown = compileFormat("{exit} {duration} {cwd} {host} {shell}")(imported, NOW, same);
  assert.equal(shown, "? ? ? ? zsh", "what nobody knows is no value");
  const quick = compileFormat("{exit} {duration}")(
    { ...ENTRY, exitCode: 0, durationMs: 0 },
    NOW,
    same,
  );
  assert.equal(quick, "0 0ms");
  assert.equal(out("a\\"), "a\\");
  assert.equal(out(""), "");
});

Deno.test("compileFormat() shows fields, not the template, through the given function", () => {
  const format = compileFormat("x{command}x");
  assert.equal(format(ENTRY, NOW, (text) => text.toUpperCase()), "xECHO A\nBx");
});

Deno.test("compileFormat() refuses unknown fields and names the known ones", () => {
  for (const template of ["{cmd}", "{}", "{__proto__}", "{ command }"]) {
    assert.throws(
      () => compileFormat(template),
      (error) =>
        error instanceof RrError && error.code === "usage" &&
        FIELD_NAMES.every((name) => error.hint!.includes(`{${name}}`)),
    );
  }
});

Deno.test("span() and localTime() are short and sort as text", () => {
  const spans = [0, 999, 1000, 59_999, 60_000, 3_600_000, 86_400_000, 400 * 86_400_000].map(span);
  assert.deepEqual(spans, ["0ms", "999ms", "1s", "59s", "1m", "1h", "1d", "1y"]);
  assert.ok(localTime(0) < localTime(1_700_000_000_000));
});
