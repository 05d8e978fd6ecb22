import assert from "node:assert/strict";
import { parseWhen } from "../../../src/search/language/when.ts";

const NOW = new Date(2024, 4, 15, 12, 30, 45, 678).getTime();

Deno.test("parseWhen() reads spans, days, dates, times and Unix seconds", () => {
  const cases: [string, number][] = [
    ["now", NOW],
    ["90s", NOW - 90_000],
    ["30m", NOW - 30 * 60_000],
    ["2h", NOW - 2 * 3_600_000],
    ["2h ago", NOW - 2 * 3_600_000],
    ["3 d", NOW - 3 * 86_400_000],
    [" 1W ", NOW - 7 * 86_400_000],
    ["1y", NOW - 365 * 86_400_000],
    ["today", new Date(2024, 4, 15).getTime()],
    ["Yesterday", new Date(2024, 4, 14).getTime()],
    ["2024-05-01", new Date(2024, 4, 1).getTime()],
    ["2024-5-1", new Date(2024, 4, 1).getTime()],
    ["2024-05-01 10:00", new Date(2024, 4, 1, 10).getTime()],
    ["2024-05-01T10:00:07", new Date(2024, 4, 1, 10, 0, 7).getTime()],
    ["2024-05-01T10:00:00Z", Date.UTC(2024, 4, 1, 10)],
    ["2024-05-01T10:00:00+02:00", Date.UTC(2024, 4, 1, 8)],
    ["2024-05-01t10:00z", Date.UTC(2024, 4, 1, 10)],
    ["2024/05/01", new Date(2024, 4, 1).getTime()],
    ["2024-05", new Date(2024, 4, 1).getTime()],
    ["2023", new Date(2023, 0, 1).getTime()],
    ["@1700000000", 1_700_000_000_000],
    ["90 seconds", NOW - 90_000],
    ["5min", NOW - 5 * 60_000],
    ["2 hours ago", NOW - 2 * 3_600_000],
    ["2-weeks-ago", NOW - 14 * 86_400_000],
    ["1 month", new Date(2024, 3, 15, 12, 30, 45, 678).getTime()],
    ["3mo", new Date(2024, 1, 15, 12, 30, 45, 678).getTime()],
    ["2 years", NOW - 730 * 86_400_000],
    // It is a Wednesday.
    ["monday", new Date(2024, 4, 13).getTime()],
    ["Wednesday", new Date(2024, 4, 15).getTime()],
    ["last wednesday", new Date(2024, 4, 8).getTime()],
    ["last-friday", new Date(2024, 4, 10).getTime()],
    ["thu", new Date(2024, 4, 9).getTime()],
    ["thurs", new Date(2024, 4, 9).getTime()],
    ["this week", new Date(2024, 4, 13).getTime()],
    ["last_week", new Date(2024, 4, 6).getTime()],
    ["this-month", new Date(2024, 4, 1).getTime()],
    ["last month", new Date(2024, 3, 1).getTime()],
    ["last year", new Date(2023, 0, 1).getTime()],
    ["march", new Date(2024, 2, 1).getTime()],
    ["sept", new Date(2023, 8, 1).getTime()],
    ["december 2020", new Date(2020, 11, 1).getTime()],
    ["dec-2020", new Date(2020, 11, 1).getTime()],
    ["10:30", new Date(2024, 4, 15, 10, 30).getTime()],
    ["9:05", new Date(2024, 4, 15, 9, 5).getTime()],
    ["yesterday 18:00", new Date(2024, 4, 14, 18).getTime()],
    ["friday at 9:00", new Date(2024, 4, 10, 9).getTime()],
  ];
  for (const [text, ms] of cases) assert.equal(parseWhen(text, NOW), ms, text);
});

Deno.test("parseWhen() refuses what is no moment, and says what is", () => {
  const bad = ["", "soon", "-2h", "2x", "2024-13-01", "2024-02-30", "5", "1.5h"];
  bad.push("2024-02-30 10:00", "24:00", "12:60", "last", "last fryday", "sunnyday", "@", "3 moons");
  for (const text of bad) assert.throws(() => parseWhen(text, NOW), /expected a span/, text);
});

Deno.test("parseWhen() counts a month back from a day that the other month has not", () => {
  const at = new Date(2024, 2, 31, 8).getTime();
  assert.equal(parseWhen("1 month", at), new Date(2024, 1, 29, 8).getTime());
  assert.equal(parseWhen("13mo", at), new Date(2023, 1, 28, 8).getTime());
});

Deno.test("parseWhen() goes by the clock on the wall where the day has 23 or 25 hours", () => {
  const script = `import { parseWhen } from "${new URL(
    "../../../src/search/language/when.ts",
    import.meta.url,
  )}";
    const now = Date.UTC(2024, 2, 31, 20); // after the night with 23 hours in Berlin
    const winter = Date.UTC(2024, 9, 27, 20);
    console.log(JSON.stringify([parseWhen("today", now), parseWhen("10:00", now), parseWhen("yesterday", now),
      parseWhen("1d", now), parseWhen("today", winter), parseWhen("10:00", winter)]));`;
  const { stdout } = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", script],
    env: { TZ: "Europe/Berlin" },
  }).outputSync();
  assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), [
    Date.UTC(2024, 2, 30, 23),
    Date.UTC(2024, 2, 31, 8),
    Date.UTC(2024, 2, 29, 23),
    Date.UTC(2024, 2, 30, 20),
    Date.UTC(2024, 9, 26, 22),
    Date.UTC(2024, 9, 27, 9),
  ]);
});
