import assert from "node:assert/strict";
import { RecentCommands, type RecentRun } from "../../src/search/recent_commands.ts";
import type { DeviceId, EntryId } from "../../src/history/entry.ts";

const HERE = { deviceId: "here", cwd: "/w", workspace: "/w" };
const ALL = (): boolean => true;

function run(
  at: number,
  command: string,
  more: Partial<Record<keyof RecentRun, string>> = {},
): RecentRun {
  return {
    id: `id-${at}` as EntryId,
    command,
    cwd: "/w",
    deviceId: "here" as DeviceId,
    session: "s1",
    exitCode: 0,
    startedAtMs: at,
    ...more,
  } as RecentRun;
}

function walked(recent: RecentCommands, session: string, start = ""): string[] {
  const found = recent.earlier(session, "here", (command) => command.startsWith(start));
  return Array.from(found, ({ command }) => command);
}

Deno.test("RecentCommands offers what followed the last command of this session, within what fits", () => {
  const recent = new RecentCommands([
    run(1, "edit"),
    run(2, "make"),
    run(3, "edit"),
    run(4, "make"),
    run(5, "edit"),
    run(6, "ls", { session: "s2" }),
  ]);
  assert.deepEqual(recent.best("s1", HERE, ALL), { command: "make", id: "id-4" });
  assert.equal(recent.best("s1", HERE, (text) => text.startsWith("l"))?.command, "ls");
  assert.equal(recent.best("s1", HERE, () => false), undefined);
  recent.add(run(7, "make"));
  assert.equal(recent.best("s1", HERE, ALL)?.command, "edit", "the sum follows what is added");
});

Deno.test("RecentCommands.best() is the first of the ranking, whatever fits", () => {
  const words = ["git status", "git push", "ls", "make", "git log", "cd ..", "vi x"];
  const runs = Array.from(
    { length: 200 },
    (_, i) => run(i, words[(i * i + 3 * i) % words.length]!),
  );
  const recent = new RecentCommands(runs);
  const left = new Set(words);
  const order: string[] = [];
  while (left.size > 0) {
    const next = recent.best("s1", HERE, (text) => left.has(text));
    if (next === undefined) break;
    left.delete(next.command);
    order.push(next.command);
  }
  const git = recent.best("s1", HERE, (text) => text.startsWith("git"));
  assert.equal(git?.command, order.find((text) => text.startsWith("git")));
  assert.equal(new Set(order).size, new Set(runs.map(({ command }) => command)).size);
});

Deno.test("RecentCommands.earlier() gives each command of the session once, newest first, then the device's", () => {
  const recent = new RecentCommands([
    run(1, "old", { session: "s0" }),
    run(2, "a"),
    run(3, "b"),
    run(4, "a"),
    run(5, "far", { deviceId: "there", session: "s9" }),
    run(6, "other", { session: "s2" }),
  ]);
  assert.deepEqual(walked(recent, "s1"), ["a", "b", "other", "old"]);
  assert.deepEqual(walked(recent, "s1", "o"), ["other", "old"]);
  assert.deepEqual(walked(recent, ""), ["other", "a", "b", "old"], "no session");
  assert.deepEqual(walked(recent, "unknown"), ["other", "a", "b", "old"]);
});

Deno.test("RecentCommands takes in runs out of order, and keeps the newest run of each command", () => {
  const recent = new RecentCommands([run(5, "b"), run(1, "a")]);
  recent.add(run(9, "c"));
  recent.add(run(3, "b"));
  recent.add(run(2, "d"));
  assert.deepEqual(walked(recent, "s1"), ["c", "b", "d", "a"]);
  assert.equal(recent.best("s1", HERE, (text) => text === "b")?.id, "id-5");
  assert.equal(recent.size, 5);
});
