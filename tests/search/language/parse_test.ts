import assert from "node:assert/strict";
import { matchesRun, type RunFilter } from "../../../src/history/run_filter.ts";
import { commonStart, suggestions } from "../../../src/search/language/complete.ts";
import { FILTERS, type QueryPlace } from "../../../src/search/language/filters.ts";
import { languageLines } from "../../../src/search/language/help.ts";
import { parseLine, parseWords } from "../../../src/search/language/parse.ts";
import { textQuery } from "../../../src/search/matching/text_matcher.ts";

const NOW = new Date(2026, 1, 15, 12).getTime();
const PLACE: QueryPlace = {
  hostname: "lap",
  deviceId: "lap-1",
  userId: "ana",
  cwd: "/home/ana/src",
  home: "/home/ana",
  session: "s1",
  nowMs: NOW,
};
const RUN = {
  cwd: "/home/ana/src",
  hostname: "lap",
  deviceId: "lap-1",
  userId: "ana",
  shell: "zsh",
  session: "s1",
  exitCode: 0,
  startedAtMs: NOW - 1000,
  durationMs: 12_000,
  command: "make",
};

function words(line: string): string[] {
  return parseLine(line, PLACE).text.words.map(({ text, plain }) => plain ? `=${text}` : text);
}

function filter(line: string): RunFilter {
  return parseLine(line, PLACE).filter;
}

function wants(line: string, change: Partial<typeof RUN> = {}): boolean {
  return matchesRun(filter(line), { ...RUN, ...change }, (command) => command === "pinned one");
}

Deno.test("parseLine() takes filters out and leaves words with their signs", () => {
  const line = "docker !logs ^git 'exact end$ exit:fail host:vps in:. below:~/src session: " +
    "after:3d before:2026-01 dur:>10s user: shell:zsh";
  assert.deepEqual(words(line), ["docker", "!logs", "^git", "'exact", "end$"]);
  assert.equal(filter(line).clauses?.length, 10);
  assert.equal(parseLine("  git exit:ok  push", PLACE).text.whole, "  git  push");
});

Deno.test("each filter wants what it says", () => {
  const cases: [string, boolean, Partial<typeof RUN>][] = [
    ["exit:ok", true, {}],
    ["exit:ok", false, { exitCode: 1 }],
    ["exit:fail", true, { exitCode: 130 }],
    ["exit:130", true, { exitCode: 130 }],
    ["exit:0", true, {}],
    ["exit:ok", false, { cwd: "unknown" }],
    ["exit:0", false, { cwd: "unknown" }],
    ["exit:fail", false, { cwd: "unknown" }],
    ["exit:unknown", true, { cwd: "unknown" }],
    ["exit:unknown", false, {}],
    ["host:", true, {}],
    ["host:.", true, {}],
    ["host:vps", false, {}],
    ["host:vps host:lap", true, {}],
    ["!host:vps", true, {}],
    ["!host:lap", false, {}],
    ["in:.", true, {}],
    ["in:~/src", true, {}],
    ["in:~/src/", true, {}],
    ["in:../src", true, {}],
    ["in:~", false, {}],
    ["below:~", true, {}],
    ["below:/", true, {}],
    ["below:/home/an", false, {}],
    ["session:", true, {}],
    ["session:s2", false, {}],
    ["after:3d", true, {}],
    ["after:3d", false, { startedAtMs: NOW - 4 * 86_400_000 }],
    ["before:2026-01", false, {}],
    ["before:2026-01", true, { startedAtMs: new Date(2025, 11, 31).getTime() }],
    ["after:2026-01 before:2026-02", true, { startedAtMs: new Date(2026, 0, 31).getTime() }],
    ["dur:>10s", true, {}],
    ["dur:>12s", false, {}],
    ["dur:>=12s", true, {}],
    ["dur:12s", true, {}],
    ["dur:<12s", false, {}],
    ["dur:<1m", true, {}],
    ["dur:<1m", false, { durationMs: 0 }],
    ["dur:>1s dur:<2s", false, {}],
    ["user:", true, {}],
    ["user:bo", false, {}],
    ["device:lap-1", true, {}],
    ["shell:zsh", true, {}],
    ["!shell:zsh", false, {}],
  ];
  for (const [line, expected, change] of cases) {
    assert.equal(wants(line, change), expected, `${line} ${JSON.stringify(change)}`);
    assert.deepEqual(words(line), []);
  }
});

Deno.test("a word that looks like a filter but is none is text", () => {
  for (
    const word of [
      "exit:foo",
      "exit:",
      "http://host:80",
      "foo:bar",
      "dur:long",
      "after:",
      "after:soon",
      "shell:",
      "Host:vps",
      "x!exit:ok",
    ]
  ) {
    assert.deepEqual(words(word), [word]);
    assert.deepEqual(filter(word), {}, word);
  }
});

Deno.test("-- ends the language, and a backslash keeps a blank", () => {
  assert.deepEqual(words("git -- exit:fail !x --"), ["git", "=exit:fail", "=!x", "=--"]);
  const { text } = parseWords(["--", "^git"], PLACE);
  assert.equal(textQuery(text)?.test("echo ^git"), true);
  assert.equal(textQuery(text)?.test("git"), false);
  assert.equal(wants("in:/my\\ files", { cwd: "/my files" }), true);
  assert.deepEqual(parseWords(["git push"], PLACE).text.words, [{
    text: "git push",
    plain: false,
  }]);
});

Deno.test("suggestions() completes names and values of filters", () => {
  const names = { hosts: ["vps", "lap"], folders: ["/home/ana/my src"], users: [], devices: [] };
  const of = (word: string): string[] => suggestions(word, names, "/home/ana").map((s) => s.word);
  assert.deepEqual(of("ho"), ["host:"]);
  assert.deepEqual(of("!ho"), ["!host:"]);
  assert.deepEqual(of("host:"), ["host:vps", "host:lap"]);
  assert.deepEqual(of("host:v"), ["host:vps"]);
  assert.deepEqual(of("below:~"), ["below:~/my src"]);
  assert.deepEqual(of("exit:"), ["exit:ok", "exit:fail", "exit:unknown"]);
  assert.deepEqual(of("nope:"), []);
  assert.equal(of("").length, FILTERS.length);
  assert.equal(commonStart(["host:vps", "host:vpn"]), "host:vp");
});

Deno.test("pin: is what is pinned, and takes nothing else", () => {
  const pinned = { command: "pinned one" };
  assert.deepEqual([wants("pin:", pinned), wants("pin:"), wants("!pin:")], [true, false, true]);
  assert.deepEqual(words("pin:git"), ["pin:git"]);
});

Deno.test("the help names every filter, and every example is one", () => {
  const help = languageLines().join("\n");
  for (const { example } of FILTERS) {
    assert.ok(help.includes(example));
    assert.deepEqual(words(example), [], example);
  }
});
