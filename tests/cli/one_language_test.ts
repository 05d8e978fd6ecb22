/** One query means the same runs in the picker, `rr search`, `rr stats` and `rr delete`. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { historySource } from "../../src/cli/picker/history_source.ts";
import { Loader } from "../../src/cli/picker/loader.ts";
import type { DeviceId, Entry } from "../../src/history/entry.ts";
import { initialState, withQuery } from "../../src/picker/state/state.ts";
import type { QueryPlace } from "../../src/search/language/filters.ts";
import { parseWords } from "../../src/search/language/parse.ts";
import { quoted } from "../../src/search/language/tokens.ts";
import { openHistory } from "../../src/store/file/open_history.ts";
import { makeEntry } from "../fakes/entries.ts";
import type { FakeWorld } from "../fakes/fake_world.ts";
import { annsWorld, rr } from "./_run.ts";

const DAY_MS = 86_400_000;
const COMMANDS = [
  "git status",
  "git push",
  "GIT_DIR=x git log",
  "docker logs",
  "docker ps -a",
  "ls",
  "ls -la",
  "vim café.txt",
  "vim cafe.txt",
  "vim łódź.txt",
  "echo straße",
  "echo İstanbul ılık",
  "exit:foo and http://x",
  "echo -- exit:ok",
  "echo '^x$'",
  // Letters of which a capital, a form or a composition is another letter, or several.
  "echo STRAẞE ſtraſse",
  "echo \u212a5 \u212b",
  "echo ΣΊΣΥΦΟΣ σίσυφος",
  "cat ﬁle.txt",
  "echo 한글 \u1112\u1161\u11ab\u1100\u1173\u11af",
  "echo 👩‍👩‍👧 🏳️‍🌈 مرحبا",
  "echo ǆ Ǆ ǅ cafe\u0301",
  "a ls$",
  "^b !c",
];

/** A few of everything that a filter can tell apart. */
function someEntries(nowMs: number): Entry[] {
  return COMMANDS.flatMap((command, i) =>
    Array.from({ length: 1 + i % 4 }, (_, run) => {
      const n = 7 * i + 3 * run;
      const cwd = ["/srv", "/srv/app", "/home/ann", "unknown"][n % 4]!;
      return makeEntry({
        command,
        startedAtMs: nowMs - (n % 9) * DAY_MS / 2 - n,
        // Nobody knows how what was imported ended.
        exitCode: cwd === "unknown" ? 0 : [0, 1, 130][n % 3]!,
        durationMs: cwd === "unknown" ? 0 : [0, 500, 12_000][(n + i) % 3]!,
        cwd,
        hostname: ["desk", "vps"][(i + run) % 2]!,
        deviceId: ["desk", "vps"][(i + run) % 2] as DeviceId,
        userId: ["ann", "bob"][i % 2]!,
        shell: ["zsh", "bash", "fish"][n % 3]!,
      });
    })
  );
}

// Small letters only: how capitals are compared is the one thing that differs, and is told in the docs.
const TEXTS = [
  "git",
  "docker",
  "ls",
  "cafe",
  "café",
  "lodz",
  "łódź",
  "ß",
  "i",
  "istanbul",
  "log",
  "-la",
  "x",
  "status",
  "git status",
  "zz",
  ...["strasse", "straße", "ss", "k5", "å", "σίσυφος", "σισυφος", "fi", "file", "한", "한글"],
  ...[
    "\u1112\u1161",
    "👩",
    "👩‍👩‍👧",
    "🌈",
    "مرحبا",
    "ǆ",
    "ls$",
    "^b",
    "!c",
    "e\u0301",
    "\u0301",
    "\u200d",
  ],
];
const TEXT = fc.tuple(
  fc.constantFrom("", "", "!"),
  fc.constantFrom("", "", "^", "'"),
  fc.constantFrom(...TEXTS),
  fc.constantFrom("", "", "$"),
).map((parts) => parts.join("")).filter((word) => !word.startsWith("-"));
const FILTER = fc.tuple(
  fc.constantFrom("", "", "!"),
  fc.constantFrom(
    ...["exit:ok", "exit:fail", "exit:unknown", "exit:130", "host:vps", "host:.", "host:nobody"],
    ...["in:/srv", "in:.", "cwd:app", "below:/srv", "below:~", "session:", "session:s1"],
    ...["after:2d", "since:36h", "before:1d", "until:today", "before:2020-01"],
    ...["dur:>1s", "dur:<=500ms", "dur:12s", "user:", "user:bob", "device:.", "device:vps"],
    ...["shell:zsh", "shell:fish", "host:", "in:~", "in:/srv/", "in:../srv", "below:/", "exit:-1"],
    ...["dur:>=0ms", "dur:<1m", "before:now", "after:last-week", "until:@1700000000", "pinned:"],
  ),
).map((parts) => parts.join(""));
const LOOKALIKE = fc.constantFrom(
  ...[
    "exit:foo",
    "exit:+1",
    "http://x",
    "dur:soon",
    "dur:1e3s",
    "after:never",
    "shell:",
    "Host:vps",
  ],
  ...["host :vps", ":", "!", "^", "$", "'", "!!", "^$", "!^$", "a b", "exit:ok "],
);
const END = fc.constant("--");
const QUERY = fc.array(
  fc.oneof({ weight: 4, arbitrary: TEXT }, { weight: 4, arbitrary: FILTER }, LOOKALIKE, END),
  { minLength: 1, maxLength: 4 },
);

/** How often each command was found. */
type Found = Readonly<Record<string, number>>;

function counted(commands: readonly string[]): Found {
  const counts: Record<string, number> = {};
  for (const command of commands.toSorted()) counts[command] = (counts[command] ?? 0) + 1;
  return counts;
}

async function bySearch(world: FakeWorld, words: readonly string[]): Promise<Found> {
  const { out } = await rr(world, "search", "--json", ...words);
  return counted(JSON.parse(out).map((row: { command: string }) => row.command));
}

async function byStats(world: FakeWorld, words: readonly string[]): Promise<Found> {
  const { out } = await rr(world, "stats", "--json", "--top", "1000", ...words);
  const rows = JSON.parse(out).commands as { command: string; runs: number }[];
  const sorted = rows.toSorted((a, b) => a.command < b.command ? -1 : 1);
  return Object.fromEntries(sorted.map(({ command, runs }) => [command, runs]));
}

/** What is gone from a copy of the database. */
async function byDelete(world: FakeWorld, words: readonly string[]): Promise<Found | undefined> {
  const path = `${world.home}/copy.db`;
  for (const end of ["", "-wal"]) {
    const from = `${world.home}/.rustory/history.db${end}`;
    if (world.files.stat(from) !== undefined) Deno.copyFileSync(from, path + end);
  }
  try {
    const before = (await rr(world, "--db-path", path, "search", "--json")).out;
    const { err } = await rr(world, "--db-path", path, "delete", "--yes", "--here", ...words);
    // A word that was most likely meant otherwise is not deleted by.
    if (/^error: Cannot delete by "/.test(err)) return undefined;
    assert.doesNotMatch(err, /error/);
    const left = JSON.parse((await rr(world, "--db-path", path, "search", "--json")).out);
    const ids = new Set(left.map((row: { id: string }) => row.id));
    const all = JSON.parse(before) as { id: string; command: string }[];
    return counted(all.filter(({ id }) => !ids.has(id)).map(({ command }) => command));
  } finally {
    for (const end of ["", "-wal", "-shm"]) world.files.remove(path + end);
  }
}

/** The commands on the screen, for the line that a person would type. */
function byPicker(world: FakeWorld, words: readonly string[], place: QueryPlace): string[] {
  using history = openHistory(`${world.home}/.rustory/history.db`, world);
  const source = historySource({ search: history.search, deleteCommand: () => 0 }, {
    deviceId: place.deviceId as DeviceId,
    userId: place.userId!,
    cwd: place.cwd,
    workspace: undefined,
    session: place.session,
  });
  const query = words.map(quoted).join(" ");
  const size = { columns: 80, rows: 24 };
  const filter = withQuery({ scope: "all", okOnly: false }, query, place);
  const loader = new Loader(source, filter);
  loader.search(initialState({ size, query, mode: "substring", filter, place }));
  while (loader.hasWork) loader.work(() => false);
  return loader.results()!.lines.map((line) => source.text(loader.index.id(line))!).sort();
}

Deno.test("a query means the same runs in the picker, search, stats and delete (property)", async () => {
  const env = { RUSTORY_SESSION: "s1", RUSTORY_DEVICE_ID: "desk", HOSTNAME: "desk" };
  using world = annsWorld({ env, cwd: "/srv" });
  const nowMs = world.clock.now();
  const place: QueryPlace = {
    hostname: "desk",
    deviceId: "desk",
    userId: "ann",
    cwd: "/srv",
    home: world.home,
    session: "s1",
    nowMs,
  };
  await rr(world, "record", "--cmd", "ls"); // makes the database
  {
    using history = openHistory(`${world.home}/.rustory/history.db`, world);
    history.log.append(someEntries(nowMs));
    while (history.index.catchUp() > 0);
  }
  let found = 0;
  await fc.assert(
    fc.asyncProperty(QUERY, async (words) => {
      const searched = await bySearch(world, words);
      assert.deepEqual(await byStats(world, words), searched, "stats");
      assert.deepEqual(byPicker(world, words, place), Object.keys(searched), "picker");
      const { text, filter } = parseWords(words, place);
      const isAnything = text.words.length > 0 || Object.keys(filter).length > 0;
      // Nobody deletes everything by saying nothing.
      const deleted = isAnything ? await byDelete(world, words) : undefined;
      if (deleted !== undefined) assert.deepEqual(deleted, searched, "delete");
      if (Object.keys(searched).length > 0) found++;
    }),
    { numRuns: 100 },
  );
  assert.ok(found > 10, `only ${found} queries found anything`);
});
