import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { openHistory } from "../../src/store/file/open_history.ts";
import { makeEntries } from "../fakes/entries.ts";
import { annsWorld, entriesOf, rr, writeConfig } from "./_run.ts";
import { HOUR, sampleWorld } from "./_history.ts";

Deno.test("rr search prints what holds all words, newest first, exactly", async () => {
  using world = await sampleWorld();
  const all = await rr(world, "search");
  assert.deepEqual(all, {
    code: 0,
    out: "echo last\ncat <<EOF\na\x1b]0;b\nEOF\ngit status\nmake Test\ngit push\ngit status\n",
    err: "",
  });
  assert.equal((await rr(world, "search", "sta", "GIT")).out, "git status\ngit status\n");
  assert.equal((await rr(world, "search", "--limit", "1", "git")).out, "git status\n");
  assert.equal((await rr(world, "search", "git", "-n", "2", "-u")).out, "git status\ngit push\n");
  assert.equal((await rr(world, "search", "test")).out, "make Test\n");
  assert.equal((await rr(world, "search", "-s", "test")).code, 1);
  assert.equal((await rr(world, "search", "--", "--cmd")).code, 1);
});

Deno.test("rr search ends with 1 and prints nothing when nothing matches", async () => {
  using world = await sampleWorld();
  assert.deepEqual(await rr(world, "search", "nowhere"), { code: 1, out: "", err: "" });
  assert.deepEqual(await rr(world, "search", "nowhere", "--json"), {
    code: 1,
    out: "[]\n",
    err: "",
  });
  using empty = annsWorld();
  assert.equal((await rr(empty, "search")).code, 1);
});

Deno.test("rr search filters by host, device, folder, status, time and session", async () => {
  using world = await sampleWorld();
  const lines = async (...args: string[]): Promise<string[]> =>
    (await rr(world, "search", "--format", "{command}", ...args)).out.split("\n").slice(0, -1)
      .map((line) => line.split(" <<")[0]!).filter((line) => !/^(a|EOF)/.test(line));
  assert.deepEqual(await lines("--host", "h2"), ["git push"]);
  assert.deepEqual(await lines("--host", "."), ["echo last", "cat", "git status", "make Test"]);
  assert.deepEqual(await lines("--device", "desk"), ["cat"]);
  assert.deepEqual(await lines("--cwd", "/w/a"), ["git status", "git status"]);
  assert.deepEqual(await lines("--cwd", "/w/a/"), ["git status", "git status"]);
  assert.deepEqual(await lines("--cwd", "."), ["echo last"]);
  assert.deepEqual(await lines("--cwd", "~"), ["echo last"]);
  assert.deepEqual(await lines("--below", "/w/a"), ["git status", "git push", "git status"]);
  assert.deepEqual(await lines("--exit", "failed"), ["git status", "git push"]);
  assert.deepEqual(await lines("--exit", "ok", "git"), ["git status"]);
  assert.deepEqual(await lines("--exit", "130"), ["git status"]);
  assert.deepEqual(await lines("--since", "90m"), ["echo last", "cat"]);
  assert.deepEqual(await lines("--until", "4h"), ["git status"]);
  assert.deepEqual(await lines("--session", "s1"), ["make Test"]);
  world.setEnv("RUSTORY_SESSION", "s1");
  assert.deepEqual(await lines("--session", "."), ["make Test"]);
  assert.deepEqual(await lines("--host", "h1", "--exit", "failed"), []);
});

Deno.test("rr search refuses values it cannot use", async () => {
  using world = await sampleWorld();
  const bad: [string[], RegExp][] = [
    [["--exit", "perhaps"], /--exit/],
    [["--since", "soon"], /--since: expected a span/],
    [["--limit", "0"], /--limit/],
    [["--format", "{nothing}"], /\{nothing\}/],
    [["--session", "."], /RUSTORY_SESSION/],
  ];
  for (const [args, message] of bad) {
    const { code, out, err } = await rr(world, "search", ...args);
    assert.deepEqual([code, out], [2, ""], args.join(" "));
    assert.match(err, message);
  }
});

Deno.test("rr search --json has everything, --format what is asked for", async () => {
  using world = await sampleWorld();
  const [entry, ...rest] = JSON.parse((await rr(world, "search", "--json", "make")).out);
  assert.deepEqual(rest, []);
  assert.deepEqual(Object.keys(entry), [
    "id",
    "device_id",
    "user_id",
    "started_at_ms",
    "command",
    "cwd",
    "exit_code",
    "duration_ms",
    "shell",
    "hostname",
    "version",
    "session",
  ]);
  assert.equal(entry.command, "make Test");
  assert.equal(JSON.parse((await rr(world, "search", "--json")).out).length, 6);
  const format = ["--format", "{ago}\\t{exit}\\t{duration}\\t{command}"];
  assert.equal((await rr(world, "search", ...format, "make")).out, "3h\t0\t1m\tmake Test\n");
});

Deno.test("rr search on a terminal shows what could act on it", async () => {
  using world = await sampleWorld();
  world.terminal = true;
  const { out } = await rr(world, "search", "cat");
  assert.equal(out.includes("\x1b"), false);
  assert.match(out, /^cat <<EOF\na.\]0;b\nEOF\n$/);
  const line = await rr(world, "search", "--format", "{command}", "cat");
  assert.equal(line.out.split("\n").length, 2);
});

Deno.test("rr search on a terminal prints some screens full unless told how many", async () => {
  using world = await sampleWorld();
  const rows = Array.from({ length: 250 }, (_, i) => `: ${1_700_000_000 + i}:0;many ${i}`);
  Deno.writeTextFileSync(`${world.home}/many`, rows.join("\n") + "\n");
  await rr(world, "import", "--shell", "zsh", "--path", `${world.home}/many`);
  const lines = async (...args: string[]): Promise<number> =>
    (await rr(world, "search", "many", ...args)).out.split("\n").length - 1;
  assert.equal(await lines(), 250);
  world.terminal = true;
  assert.equal(await lines(), 200);
  assert.match((await rr(world, "search", "many")).err, /newest 200; --limit shows more/);
  assert.equal(await lines("--limit", "240"), 240);
});

Deno.test("rr search goes on with a broken config, and says so", async () => {
  using world = await sampleWorld();
  writeConfig(world, "oops\n");
  const { code, out, err } = await rr(world, "search", "push");
  assert.deepEqual([code, out], [0, "git push\n"]);
  assert.match(err, /^warn: Cannot read the config .* line 1/);
});

Deno.test("rr search takes its limit from the environment and the config", async () => {
  using world = await sampleWorld();
  writeConfig(world, "search_limit_default = 2\n");
  assert.equal((await rr(world, "search", "git")).out.split("\n").length, 3);
  world.setEnv("RUSTORY_SEARCH_LIMIT", "1");
  assert.equal((await rr(world, "search", "git")).out.split("\n").length, 2);
});

Deno.test("rr prune prints the original's line, and deletes unless it is a dry run", async () => {
  using world = annsWorld();
  const now = world.clock.now();
  for (const days of [400, 200, 100, 0]) {
    const at = String(now - days * 24 * HOUR - 1000);
    await rr(world, "record", "--cmd", `echo ${days}`, "--started-at-ms", at);
  }
  const cutoff = now / 1000 - 150 * 86_400;
  const dry = await rr(world, "prune", "--older-than-days", "150", "--trust-clock", "--dry-run");
  assert.deepEqual(dry, {
    code: 0,
    out:
      `prune dry-run: older_than_days=150 keep_recent=0 cutoff_unix=${cutoff} matched=2 deleted=0\n`,
    err: "",
  });
  const keep = await rr(
    world,
    "prune",
    "--trust-clock",
    "--older-than-days=150",
    "--keep-recent",
    "3",
  );
  assert.match(keep.out, /^prune: older_than_days=150 keep_recent=3 .*matched=1 deleted=1\n$/);
  assert.deepEqual(entriesOf(world).map((e) => e.command), ["echo 200", "echo 100", "echo 0"]);
  assert.equal((await rr(world, "prune")).code, 2);
  assert.equal((await rr(world, "prune", "--older-than-days", "0")).code, 2);
});

Deno.test("rr prune does not write the whole file anew for little free space", async () => {
  using world = annsWorld();
  const path = `${world.home}/.rustory/history.db`;
  {
    using history = openHistory(path, world);
    const [now, command] = [world.clock.now(), "x".repeat(5_000)];
    history.log.append(makeEntries(30, { startedAtMs: now - 400 * 24 * HOUR, command }));
    history.log.append(makeEntries(270, { startedAtMs: now, command }));
  }
  assert.match(
    (await rr(world, "prune", "--older-than-days", "150", "--trust-clock")).out,
    /deleted=30/,
  );
  using history = openHistory(path, world);
  assert.ok(history.maintenance.size().freeBytes > 100_000, "what is free is used again");
});

Deno.test("rr prune gives the space back that became free", async () => {
  using world = annsWorld();
  const path = `${world.home}/.rustory/history.db`;
  const old = { startedAtMs: world.clock.now() - 400 * 24 * HOUR, command: "x".repeat(5_000) };
  const prune = ["prune", "--older-than-days", "150", "--trust-clock"];
  const sizeOf = (): number => {
    using history = openHistory(path, world);
    history.maintenance.checkpoint(true);
    return Deno.statSync(path).size;
  };
  const fill = (): void => {
    using history = openHistory(path, world);
    history.log.append(makeEntries(300, old));
  };
  fill();
  const full = sizeOf();
  assert.match((await rr(world, ...prune, "--dry-run")).out, /matched=300 deleted=0/);
  assert.equal(sizeOf(), full);
  assert.match((await rr(world, ...prune)).out, /deleted=300/);
  assert.ok(sizeOf() < full / 2, `${sizeOf()} of ${full} bytes are left`);

  // A reader that does not let go keeps the file as it is, and nothing fails.
  fill();
  const reader = new DatabaseSync(path, { readOnly: true });
  try {
    reader.exec("BEGIN; SELECT count(*) FROM entries");
    const { code, out } = await rr(world, ...prune);
    assert.equal(code, 0);
    assert.match(out, /deleted=300/);
  } finally {
    reader.close();
  }
});

Deno.test("rr record prunes now and then if that is wanted, and says so only then", async () => {
  using world = annsWorld({ env: { RUSTORY_AUTO_PRUNE: "on", RUSTORY_AUTO_PRUNE_DAYS: "10" } });
  const old = String(world.clock.now() - 11 * 24 * HOUR);
  const first = await rr(world, "record", "--cmd", "old", "--started-at-ms", old);
  const cutoff = world.clock.now() / 1000 - 10 * 86_400;
  assert.equal(
    first.err,
    `info: auto prune deleted=1 older_than_days=10 keep_recent=0 cutoff_unix=${cutoff}\n`,
  );
  assert.deepEqual(await rr(world, "record", "--cmd", "new"), { code: 0, out: "", err: "" });
  assert.deepEqual(entriesOf(world).map((e) => e.command), ["new"]);
  assert.ok(world.files.stat(`${world.home}/.config/rustory/auto-prune.last`));
});

Deno.test("rr stats counts commands, hosts, folders and days", async () => {
  using world = await sampleWorld();
  const { code, out } = await rr(world, "stats");
  assert.equal(code, 0);
  assert.match(out, /^6 runs of 5 commands, \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d, 33\.3 % failed\n/);
  assert.match(out, /^git status +2 +50\.0 % +#{24}$/m);
  assert.match(out, /^Hosts +runs +failed$/m);
  assert.match(out, /^\/w\/a +2 +50\.0 %/m);
  assert.equal(out.includes("\x1b"), false);
  const json = JSON.parse((await rr(world, "stats", "--json", "--days", "3", "--top", "1")).out);
  assert.equal(json.runs, 6);
  assert.equal(json.failed, 2);
  assert.equal(json.distinct_commands, 5);
  assert.deepEqual(json.commands, [{ command: "git status", runs: 2, failed: 1 }]);
  assert.equal(json.days.length, 3);
  assert.equal(json.days.reduce((sum: number, day: { runs: number }) => sum + day.runs, 0), 6);
  assert.equal(json.year.length, 371);
  assert.equal(json.hours.length, 24);
  assert.equal(json.hours.reduce((sum: number, hour: { runs: number }) => sum + hour.runs, 0), 6);
  assert.equal(json.most_failing.length, 1);
  assert.match(out, /^Most failing +runs +failed$/m);
  assert.match(out, /^00 +03 +06 +09 +12 +15 +18 +21$/m);
  const year = (await rr(world, "stats", "--year")).out;
  assert.match(year, /^Most used: git \(\d+\)/m);
  assert.equal(year.includes("status") || year.includes("/w/a"), false);
  assert.match((await rr(world, "stats", "git", "exit:fail")).out, /^2 runs of 2 commands/);
  assert.match((await rr(world, "stats", "--host", "h1")).out, /^1 run of 1 command, /);
  assert.equal((await rr(world, "stats", "--host", "none")).out, "No commands match.\n");
});

Deno.test("rr import says that a file has no command, and what another one is", async () => {
  using world = annsWorld();
  world.files.makePrivateFolder(world.home);
  const ran = async (text: string, from: string): Promise<string> => {
    world.files.replacePrivate(`${world.home}/old`, text);
    return (await rr(world, "import", "--from", from, "--path", `${world.home}/old`)).err;
  };
  for (const text of ["", "\n\n", "\0\0\0"]) assert.match(await ran(text, "zsh"), /no command in/);
  assert.equal(await ran("ls\n", "zsh"), "");
  assert.equal((await ran("ls\n", "atuin")).match(/SQLite/g)?.length, 1, "said once");
});

Deno.test("rr stats tells runs whose end nobody saw from runs that did not fail", async () => {
  using world = annsWorld();
  world.files.makePrivateFolder(world.home);
  world.files.createPrivate(`${world.home}/.bash_history`, "#1700000000\nmake\n#1700000001\nls\n");
  await rr(world, "import", "--from", "bash");
  await rr(world, "record", "--cmd", "ls", "--exit-code", "0");
  const { out } = await rr(world, "stats");
  assert.match(out, /^make +1 +\?/m);
  assert.match(out, /^ls +2 +-/m);
  assert.match(out, /^\d{4}-\d\d-\d\d \w{3} +0 +-$/m, "a day without runs is no question");
  const json = JSON.parse((await rr(world, "stats", "--json")).out);
  assert.equal(json.exit_unknown, 2);
  assert.deepEqual(json.commands, [
    { command: "ls", runs: 2, failed: 0, exit_unknown: 1 },
    { command: "make", runs: 1, failed: 0, exit_unknown: 1 },
  ]);
});
