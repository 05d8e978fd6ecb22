import assert from "node:assert/strict";
import type { CommandSource } from "../../src/cli/picker/command_source.ts";
import { historySource, type PickerPlace } from "../../src/cli/picker/history_source.ts";
import type { DeviceId } from "../../src/history/entry.ts";
import { type Filter, initialState } from "../../src/picker/state/state.ts";
import { CommandIndex } from "../../src/search/index.ts";
import { type History, openHistory } from "../../src/store/file/open_history.ts";
import { denoFiles } from "../../src/world/deno.ts";
import { makeEntry } from "../fakes/entries.ts";
import { FakeClock } from "../fakes/fake_clock.ts";

const HERE: PickerPlace = {
  userId: "ana",
  deviceId: "laptop" as DeviceId,
  cwd: "/home/ana/src/api/tests",
  workspace: "/home/ana/src/api",
  session: "s1",
};

interface Case {
  readonly command: string;
  readonly deviceId?: string;
  readonly cwd?: string;
  readonly session?: string;
  readonly exitCode?: number;
}

/** Oldest first, a second apart. */
const RUNS: readonly Case[] = [
  { command: "elsewhere", deviceId: "pi", cwd: "/srv" },
  { command: "make", cwd: "/home/ana/src/api", exitCode: 2 },
  { command: "ls", cwd: "/home/ana/src/api/tests" },
  { command: "twice", cwd: "/home/ana/src/apiary" },
  { command: "for x in a b\ndo\x1eecho\ndone", session: "s1" },
  { command: "make", deviceId: "pi", cwd: "/srv" },
  { command: "last", session: "s2" },
];

function withHistory(test: (source: CommandSource, history: History) => void, at = HERE): void {
  using history = openHistory(":memory:", { files: denoFiles(), clock: new FakeClock() });
  history.log.append(RUNS.map((run, i) =>
    makeEntry({
      cwd: "/tmp",
      ...run,
      deviceId: (run.deviceId ?? "laptop") as DeviceId,
      startedAtMs: 1_700_000_000_000 + i * 1000,
    })
  ));
  const deleteCommand = (command: string, reach: "everywhere" | "here"): number =>
    history.removal.delete({ command }, reach);
  const { search, pins } = history;
  test(historySource({ search, pins, deleteCommand }, at), history);
}

function found(source: CommandSource, filter: Partial<Filter>): string[] {
  const index = new CommandIndex();
  for (
    const slices = source.slices({ scope: "all", okOnly: false, newestFirst: true, ...filter });;
  ) {
    const next = slices.next();
    if (next.done) break;
    index.append(next.value);
  }
  return Array.from({ length: index.lines }, (_, line) => source.text(index.id(line))!);
}

Deno.test("historySource() gives distinct commands of each scope, newest first", () => {
  const loop = "for x in a b\ndo\x1eecho\ndone";
  withHistory((source) => {
    assert.deepEqual(found(source, {}), ["last", "make", loop, "twice", "ls", "elsewhere"]);
    assert.deepEqual(found(source, { scope: "host" }), ["last", loop, "twice", "ls", "make"]);
    assert.deepEqual(found(source, { scope: "directory" }), ["ls"]);
    assert.deepEqual(found(source, { scope: "workspace" }), ["ls", "make"]);
    assert.deepEqual(found(source, { scope: "workspace", okOnly: true }), ["ls"]);
    assert.deepEqual(found(source, { scope: "session" }), [loop]);
  });
});

Deno.test("historySource() gives the same commands by context, each once", () => {
  withHistory((source) => {
    for (const scope of ["all", "host", "directory", "workspace", "session"] as const) {
      const newest = found(source, { scope });
      const likely = found(source, { scope, newestFirst: false });
      assert.deepEqual([...likely].sort(), [...newest].sort());
    }
    // Run here, and on this host.
    const likely = found(source, { newestFirst: false });
    assert.ok(likely.indexOf("ls") < likely.indexOf("elsewhere"));
  });
});

Deno.test("historySource() takes the filters of the query, and keeps the order that was chosen", () => {
  withHistory((source, history) => {
    const failed = found(source, { runs: { exit: "failure" } });
    assert.ok(failed.includes("make") && !failed.includes("last"));
    assert.deepEqual(found(source, { failedOnly: true }), failed);
    source.keepOrder?.(true);
    assert.equal(history.search.prefersNewest, true);
    source.keepOrder?.(false);
    assert.equal(history.search.prefersNewest, false);
    assert.deepEqual(source.names?.().hosts.length, 1);
  });
});

Deno.test("historySource() says why a query of the picker may have found nothing", () => {
  withHistory((source, history) => {
    const place = { ...initialState({ size: { columns: 80, rows: 9 } }).place, hostname: "desk" };
    const doubts = (query: string): readonly string[] | undefined =>
      source.doubts?.({ query, place });
    history.index.catchUp(4);
    history.log.append([makeEntry({ hostname: "new host.lan" })]);
    assert.deepEqual(doubts("git host:. !exit:ok http://x -- exit:no"), []);
    assert.deepEqual(doubts("host:new\\ host.lan"), []);
    const known = `${makeEntry().hostname}, new host.lan`;
    assert.deepEqual(doubts("host:zzz x"), [
      `no command of the host "zzz" is known; there are ${known}`,
    ]);
    assert.deepEqual(doubts("exit:foo host:NEW\\ HOST"), [
      '"exit:foo" was looked for as text: the filter takes "ended so: ok, fail, unknown, or a number"',
      'no command of the host "NEW HOST" is known; is new host.lan meant?',
    ]);
  });
});

Deno.test("historySource() puts this session first if asked to, and nothing twice", () => {
  withHistory((source) => {
    const all = found(source, { sessionFirst: true });
    assert.equal(all[0], "for x in a b\ndo\x1eecho\ndone");
    assert.deepEqual(all.slice(1), ["last", "make", "twice", "ls", "elsewhere"]);
  });
});

Deno.test("historySource() finds nothing in a scope that means nothing here", () => {
  const nowhere = { ...HERE, cwd: undefined, workspace: undefined, session: undefined };
  withHistory((source) => {
    for (const scope of ["directory", "workspace", "session"] as const) {
      assert.deepEqual(found(source, { scope }), []);
    }
    assert.equal(found(source, { sessionFirst: true }).length, 6);
  }, nowhere);
});

Deno.test("historySource() knows every run of a command, and the latest under a filter", () => {
  withHistory((source) => {
    const slice = source.slices({ scope: "host", okOnly: false, newestFirst: true }).next().value!;
    const make = Array.from(slice.ids as ArrayLike<number>).at(-1)!;
    const latest = source.latest([make], { scope: "host", okOnly: false }).get(make);
    assert.deepEqual([latest?.exitCode, latest?.cwd], [2, "/home/ana/src/api"]);
    const runs = source.runs(make)!;
    assert.deepEqual([runs.command, runs.total, runs.failed], ["make", 2, 1]);
    assert.deepEqual(runs.runs.map((run) => run.cwd), ["/srv", "/home/ana/src/api"]);
    assert.equal(runs.lastMs - runs.firstMs!, 4000);
  });
});

Deno.test("historySource() deletes a command with all its runs, once", () => {
  withHistory((source, history) => {
    const slice = source.slices({ scope: "host", okOnly: false, newestFirst: true }).next().value!;
    const make = Array.from(slice.ids as ArrayLike<number>).at(-1)!;
    assert.equal(source.delete(make, "everywhere"), 2);
    assert.equal(source.delete(make, "everywhere"), 0);
    assert.deepEqual([source.text(make), source.runs(make)], [undefined, undefined]);
    assert.deepEqual(history.search.find({ words: ["make"], limit: 9 }), []);
    assert.ok(!found(source, {}).includes("make"));
  });
});

Deno.test("historySource() lists what is pinned first, each once, where the filter has a run of it", () => {
  withHistory((source, history) => {
    const idOf = (command: string): number => {
      const { newestSeq } = history.search.runsOf(command);
      return newestSeq!;
    };
    const before = found(source, {});
    assert.equal(source.pin!(idOf("elsewhere")), true);
    const odd = "for x in a b\ndo\x1eecho\ndone";
    assert.equal(source.pin!(idOf(odd)), true);
    assert.deepEqual([...source.pinned!()].sort(), ["elsewhere", odd.replace("\x1e", " ")]);
    for (const newestFirst of [true, false]) {
      const after = found(source, { newestFirst });
      assert.deepEqual(new Set(after.slice(0, 2)), new Set(["elsewhere", odd]));
      assert.deepEqual(after.toSorted(), before.toSorted());
    }
    // Only the one that was run here, though the other stands in no slice of this scope.
    assert.equal(found(source, { scope: "session" })[0], odd);
    assert.ok(!found(source, { scope: "session" }).includes("elsewhere"));
    assert.equal(source.pin!(idOf("elsewhere")), false);
    assert.equal(found(source, {})[0], odd);
  });
});
