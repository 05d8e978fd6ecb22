/** `rr stats` on terminals of every width: no line is wider, and nothing that matters is missing. */
import assert from "node:assert/strict";
import { pictureStyle, statsText } from "../../../src/cli/commands/stats/text.ts";
import { yearText } from "../../../src/cli/commands/stats/year.ts";
import type { Summary } from "../../../src/store/index/stats.ts";
import type { Count } from "../../../src/store/index/tally.ts";
import { textWidth } from "../../../src/search/matching/glyphs.ts";
import { makeEntry } from "../../fakes/entries.ts";
import { FakeWorld } from "../../fakes/fake_world.ts";

const count = (runs: number, failed = 0): Count => ({ runs, failed, unknown: 0 });
const NOW = new Date(2024, 4, 15).getTime();

const SUMMARY: Summary = {
  ...count(123_456, 999),
  distinct: 45_678,
  oldestMs: NOW - 365 * 86_400_000,
  newestMs: NOW,
  commands: [
    { ...count(12_345, 4000), command: "git commit --amend --no-edit && git push --force" },
    { ...count(12), command: "größe 中文 ".repeat(9) },
  ],
  hosts: [{ ...count(99_999), hostname: "a-host-with-a-long-name.example.org" }],
  folders: [{ ...count(7, 7), cwd: "/home/ana/src/a/folder/deep/below/others" }],
  periods: Array.from({ length: 371 }, (_, i) => ({
    ...count(i % 17),
    fromMs: new Date(2024, 4, 15 - 370 + i).getTime(),
  })),
  hours: Array.from({ length: 24 }, (_, i) => count(i)),
  mostFailing: [{ ...count(10, 9), command: "make" }],
  longest: [makeEntry({ command: "sleep 100000 && echo done", durationMs: 1e8, startedAtMs: NOW })],
};

function shown(columns: number, lang: string): { stats: string; year: string; none: string } {
  using world = new FakeWorld({ terminal: true, env: { LANG: lang, NO_COLOR: "1" } });
  return {
    stats: statsText(world, SUMMARY, 14, columns),
    year: yearText(SUMMARY, pictureStyle(world), columns),
    none: yearText({ ...SUMMARY, ...count(0) }, pictureStyle(world), columns),
  };
}

Deno.test("rr stats and --year keep to the terminal from 20 columns on, with and without UTF-8", () => {
  for (let columns = 20; columns <= 130; columns++) {
    for (const lang of ["C", "C.UTF-8"]) {
      const { stats, year, none } = shown(columns, lang);
      assert.equal(none.replaceAll("\n", " "), "No commands of the last year match. ");
      assert.ok(year.includes("(12,345)"));
      for (const line of [stats, year, none].flatMap((text) => text.split("\n"))) {
        assert.ok(textWidth(line) <= columns, `${columns}: ${line}`);
        // deno-lint-ignore no-control-regex -- no colours were asked for
        assert.doesNotMatch(line, /\x1b/);
      }
      const wanted = ["Commands", "12,345", "Hours of the day", "Mon ", "make"];
      for (const part of columns < 30 ? wanted : [...wanted, "32.4 %"]) {
        assert.ok(stats.includes(part), `${columns}: ${part}`);
      }
    }
  }
});

Deno.test("a year can be read without colours: five shades, and what they mean", () => {
  const { year } = shown(40, "C");
  assert.match(year, /\. none -\+\*# most/);
  for (const shade of ["-", "+", "*", "#"]) {
    assert.ok(year.split("\n").some((row) => row.startsWith("Mon ") && row.includes(shade)));
  }
});

Deno.test("hours take the columns that there are", () => {
  assert.match(shown(80, "C").stats, /^00 {4}03 {4}06/m);
  assert.match(shown(40, "C").stats, /^00 {4}06 {4}12 {4}18$/m);
  assert.match(shown(20, "C").stats, /^00 06 12 18$/m);
});
