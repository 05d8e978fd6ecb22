import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { importHistory } from "../../src/import/import_history.ts";
import { createCaptureRules } from "../../src/capture/rules.ts";
import type { DeviceId, Entry } from "../../src/history/entry.ts";
import { openSet } from "../../src/store/set/open_set.ts";
import { clock, counts, files, Fixture, lines, NO_FILTER, T } from "./_importing.ts";

Deno.test("importHistory() takes in a file once, and only what is new of it later", async () => {
  using at = new Fixture();
  assert.deepEqual(counts(await at.run(lines(0, 50))), [50, 50, 0, 0, 0]);
  assert.deepEqual(counts(await at.run(lines(0, 50))), [50, 0, 50, 0, 0]);
  // The shell trimmed thirty lines and added ten.
  assert.deepEqual(counts(await at.run(lines(30, 60))), [30, 10, 20, 0, 0]);
  const entry = at.all()[7]!;
  assert.equal(entry.command, "echo 7");
  assert.equal(entry.startedAtMs, (T + 7) * 1000);
  assert.equal(entry.cwd, "unknown");
  assert.equal(entry.hostname, "laptop");
});

Deno.test("importHistory() keeps equal commands of one second apart", async () => {
  using at = new Fixture();
  const text = `: ${T}:0;ls\n: ${T}:0;ls\n: ${T}:0;ls \n`;
  assert.deepEqual(counts(await at.run(text)), [3, 3, 0, 0, 0]);
  assert.deepEqual(counts(await at.run(text)), [3, 0, 3, 0, 0]);
});

Deno.test("importHistory() knows what the original imported, wherever the line stands now", async () => {
  using at = new Fixture();
  at.record("echo 3", (T + 3) * 1000, "unknown");
  assert.deepEqual(counts(await at.run(lines(0, 5))), [5, 4, 1, 0, 0]);
});

Deno.test("importHistory() knows what a hook recorded in the same or the next second", async () => {
  using at = new Fixture();
  at.record("echo 1", (T + 1) * 1000 + 250);
  at.record("echo 2", (T + 3) * 1000 + 5);
  assert.deepEqual(counts(await at.run(lines(0, 5))), [5, 3, 2, 0, 0]);
});

Deno.test("importHistory() does not bring back what was deleted", async () => {
  using at = new Fixture();
  using db = new DatabaseSync(at.history.path);
  db.exec(
    `INSERT INTO rr_deleted (entry_id, device_id, ts, deleted_at) VALUES ('x', 'd1', ${T + 2}, 1)`,
  );
  assert.deepEqual(counts(await at.run(lines(0, 5))), [5, 4, 1, 0, 0]);
});

Deno.test("importHistory() counts back the times of a history without any", async () => {
  using at = new Fixture();
  at.record("real", T * 1000);
  assert.deepEqual(counts(await at.run("a\nb\na\n", { from: "bash" })), [3, 3, 0, 0, 0]);
  assert.deepEqual(at.all().map((e) => [e.command, e.startedAtMs]), [
    ["real", T * 1000],
    ["a", (T - 3) * 1000],
    ["b", (T - 2) * 1000],
    ["a", (T - 1) * 1000],
  ]);
  assert.deepEqual(counts(await at.run("b\na\nc\na\n", { from: "bash" })), [4, 1, 3, 0, 0]);
});

Deno.test("importHistory() puts untimed commands between the real times around them", async () => {
  using at = new Fixture();
  await at.run(`a\nb\n: ${T}:0;c\nd\n: ${T + 9}:0;e\n`);
  assert.deepEqual(at.all().map((e) => e.startedAtMs / 1000 - T), [-2, -1, 0, 0, 9]);
});

Deno.test("importHistory() applies the rules and counts why", async () => {
  using at = new Fixture();
  const rules = await createCaptureRules({ ignorePattern: "(?i)^SECRET" });
  const report = await at.run("rr search\n \nsecret x\nls\nrrr\n", { rules });
  assert.deepEqual(counts(report), [5, 2, 0, 3, 0]);
  assert.deepEqual(report.skippedFor, { own: 1, empty: 1, pattern: 1 });
});

Deno.test("importHistory() keeps only the newest records with a limit", async () => {
  using at = new Fixture();
  assert.deepEqual(counts(await at.run(lines(0, 50), { limit: 3 })), [3, 3, 0, 0, 0]);
  assert.deepEqual(at.all().map((e) => e.command), ["echo 47", "echo 48", "echo 49"]);
});

Deno.test("importHistory() counts a record that breaks a bound and goes on", async () => {
  using at = new Fixture();
  const report = await at.run(`: ${T}:0;${"x".repeat(1_100_000)}\n${lines(1, 3)}`);
  assert.deepEqual(counts(report), [2, 2, 0, 0, 1]);
  assert.equal(report.problems[0]!.at, 1);
  assert.match(report.problems[0]!.broken, /command/);
});

Deno.test("importHistory() reports progress and stops at a signal; what was handed over stays", async () => {
  using at = new Fixture();
  const stop = new AbortController();
  const seen: number[] = [];
  const onProgress = ({ done, total }: { done: number; total: number }): void => {
    seen.push(done / total);
    stop.abort(new Error("bye"));
  };
  await assert.rejects(at.run(lines(0, 19_000), { signal: stop.signal, onProgress }), /bye/);
  assert.equal(at.history.log.headSeq(), 250);
  assert.deepEqual(seen, [250 / 19_000]);
});

Deno.test("importHistory() can be stopped while it looks through the source, with and without a limit", async () => {
  for (const limit of [undefined, 10]) {
    using at = new Fixture();
    const stop = new AbortController();
    const running = at.run(lines(0, 9_000), { signal: stop.signal, limit });
    queueMicrotask(() => stop.abort(new Error("bye")));
    await assert.rejects(running, /bye/);
    assert.equal(at.history.log.headSeq(), 0);
  }
});

Deno.test("importHistory() says what is wrong with a source", async () => {
  using at = new Fixture();
  await assert.rejects(at.import({ path: `${at.folder}/none` }), { code: "not-found" });
  await assert.rejects(at.import({ from: "atuin", path: at.history.path }), { code: "invalid" });
  await assert.rejects(
    at.run("not a database, but long enough to be read as one", { from: "atuin" }),
    {
      code: "database",
    },
  );
});

Deno.test("importHistory() hands over few at a time and waits for the writer, as memory is short", async () => {
  using at = new Fixture();
  const path = `${at.folder}/source`;
  Deno.writeTextFileSync(path, lines(0, 9_000));
  let waiting = 0;
  let most = 0;
  const writer = {
    append(entries: readonly Entry[]): Promise<{ inserted: number; ignored: number }> {
      most = Math.max(most, waiting += entries.length);
      return Promise.resolve({ inserted: entries.length, ignored: 0 });
    },
    room(mostRows: number): Promise<void> {
      waiting = Math.min(waiting, mostRows);
      return Promise.resolve();
    },
  };
  const owner = { userId: "u1", deviceId: "d1" as DeviceId, hostname: "laptop" };
  const request = { from: "zsh", path, ...owner, rules: NO_FILTER } as const;
  const report = await importHistory(request, { files, clock, history: at.history, writer });
  assert.equal(report.inserted, 9_000);
  assert.ok(most > 0 && most <= 2_250, `${most} rows were waiting`);
});

Deno.test("importHistory() does not bring back what a hook recorded and was deleted on any device", async () => {
  using at = new Fixture();
  at.record("echo 1", (T + 1) * 1000 + 250);
  at.record("echo 3", (T + 3) * 1000 + 250);
  at.history.removal.delete({ command: "echo 1" }, "everywhere");
  at.history.removal.delete({ command: "echo 3" }, "here");
  // The lines of both seconds stay out: which of them it was is not kept.
  assert.deepEqual(counts(await at.run(lines(0, 5))), [5, 3, 2, 0, 0]);
  assert.deepEqual(at.all().map(({ command }) => command), ["echo 0", "echo 2", "echo 4"]);
});

Deno.test("importHistory() knows what another device has imported of the same file", async () => {
  using at = new Fixture();
  const untimed = "echo a\necho b\n";
  const other = { deviceId: "d2" as DeviceId, hostname: "old" };
  await at.run(lines(0, 5), other);
  await at.run(untimed, { ...other, from: "bash" });
  assert.equal(at.all().length, 7);
  // A copy of the history on a new machine, grown by a line.
  assert.deepEqual(counts(await at.run(lines(0, 6))), [6, 1, 5, 0, 0]);
  assert.deepEqual(counts(await at.run(`${untimed}echo c\n`, { from: "bash" })), [3, 1, 2, 0, 0]);
  // What the other one's hook recorded stands in its file too.
  at.record("echo 9", (T + 9) * 1000 + 700, "/srv", "d2");
  assert.deepEqual(counts(await at.run(lines(9, 10))), [1, 0, 1, 0, 0]);
  at.history.removal.delete({ command: "echo 9" }, "everywhere");
  assert.deepEqual(counts(await at.run(lines(9, 10))), [1, 0, 1, 0, 0]);
});

Deno.test("importHistory() of copies of one file on two devices doubles nothing once they meet", async () => {
  using one = new Fixture();
  using two = new Fixture();
  const twice = `: ${T + 2}:0;echo 2\n`;
  await one.run(lines(0, 5) + twice);
  await two.run(lines(0, 7) + twice, { deviceId: "d2" as DeviceId, hostname: "old" });
  one.history.log.append(two.all());
  two.history.log.append(one.all());
  for (const { history } of [one, two]) {
    const commands = history.search.find({ limit: 99 }).map((e) => e.command).sort();
    assert.deepEqual(commands, ["0", "1", "2", "2", "3", "4", "5", "6"].map((n) => `echo ${n}`));
  }
});

Deno.test("importHistory() without times takes nothing of another file for known", async () => {
  using at = new Fixture();
  const other = { deviceId: "d2" as DeviceId, hostname: "desk", from: "bash" } as const;
  await at.run("ls\ncd\nmake -C /srv/shop deploy\nssh shop.example.org\n", other);
  const mine = "ls\ncd\ncargo build --release\ngit push origin main\n";
  assert.deepEqual(counts(await at.run(mine, { from: "bash" })), [4, 4, 0, 0, 0]);
  assert.deepEqual(counts(await at.run(mine, { from: "bash" })), [4, 0, 4, 0, 0]);
});

Deno.test("importHistory() of copies brings back nothing that was deleted on another device, with times and without", async () => {
  const secret = "mail -s surprise jo@example.org";
  const FILES = {
    bash: `${secret}\nmake -C /srv/shop deploy\n${secret}\ngit push\n`,
    zsh: `: ${T}:0;${secret}\n: ${T + 5}:0;ls\n`,
    fish: `- cmd: ${secret}\n  when: ${T}\n- cmd: ls\n  when: ${T + 5}\n`,
  };
  for (const from of ["bash", "zsh", "fish"] as const) {
    using at = new Fixture();
    await at.run(FILES[from], { from });
    at.history.removal.delete({ command: secret }, "everywhere");
    const left = at.all().length;
    for (const deviceId of ["d1", "d2"] as DeviceId[]) {
      await at.run(FILES[from], { from, deviceId });
      // As the shell trims it.
      await at.run(FILES[from].slice(FILES[from].indexOf("\n") + 1), { from, deviceId });
      assert.ok(at.all().every(({ command }) => command !== secret), `${from} on ${deviceId}`);
    }
    assert.equal(at.all().length, left, from);
  }
});

Deno.test("importHistory() without times brings back nothing that a hook had recorded and was deleted, whoever deleted it", async () => {
  const secret = "mail -s surprise jo@example.org";
  const file = `ls\n${secret}\n${secret}\n`;
  for (const reach of ["everywhere", "here"] as const) {
    using at = new Fixture();
    at.record(` ${secret}`, T * 1000);
    at.history.removal.delete({ command: ` ${secret}` }, reach);
    assert.deepEqual(counts(await at.run(file, { from: "bash" })), [3, 1, 2, 0, 0]);
    // What is typed again is another run.
    at.record(secret, (T + 99) * 1000);
    assert.equal(at.all().filter(({ command }) => command === secret).length, 1);
  }
  using bash = new Fixture();
  bash.record(`cat >key <<X\n${secret}\nX`, T * 1000, "/", "d1", "bash");
  bash.history.removal.delete({ query: {} }, "everywhere");
  assert.deepEqual(counts(await bash.run(`cat >key <<X\n${file}X\n`, { from: "bash" })), [
    5,
    1,
    4,
    0,
    0,
  ]);
  using one = new Fixture();
  one.record(secret, T * 1000);
  using two = new Fixture();
  two.history.log.append(one.all());
  const items = one.all().map(({ id, deviceId }) => ({ id, deviceId, ts: T, deletedAt: T + 5 }));
  openSet(two.history).apply(items);
  assert.equal(two.all().length, 0, "the tombstone has come in");
  assert.deepEqual(counts(await two.run(file, { from: "bash" })), [3, 1, 2, 0, 0]);
});

Deno.test("importHistory() brings back no command of which all runs were deleted, whatever another program takes for their time", async () => {
  using at = new Fixture();
  // The hook noted it a moment after zsh, in the next second.
  at.record("make surprise", (T + 1) * 1000 + 2);
  at.record("make cake", (T + 3) * 1000 + 2);
  at.record("make cake", (T + 9) * 1000);
  const [, cake] = at.all();
  at.history.removal.delete({ command: "make surprise" }, "everywhere");
  at.history.removal.delete({ ids: [cake!.id] }, "everywhere");
  const later = Math.floor(clock.now() / 1000) + 60;
  const file = `: ${T}:0;make surprise\n: ${T + 20}:0;make surprise\n: ${T + 30}:0;make cake\n` +
    `: ${later}:0;make surprise\n`;
  // Of the second command a run was left, and the last run of the first came after the deletion.
  assert.deepEqual(counts(await at.run(file)), [4, 2, 2, 0, 0]);
  assert.deepEqual(at.all().map((e) => [e.command, e.startedAtMs / 1000]), [
    ["make cake", T + 9],
    ["make cake", T + 30],
    ["make surprise", later],
  ]);
});
