/** rr delete: what goes, what is asked before, and what is left of it nowhere. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { FakeWorld } from "../fakes/fake_world.ts";
import { annsWorld, entriesOf, rr } from "./_run.ts";
import { sampleWorld } from "./_history.ts";

Deno.test("rr delete takes ids, an exact command, or what search finds", async () => {
  using world = await sampleWorld();
  const id = JSON.parse((await rr(world, "search", "--json", "push")).out)[0].id;
  assert.equal(
    (await rr(world, "delete", "--yes", "--id", id)).out,
    "delete: matched=1 deleted=1\n",
  );
  assert.equal((await rr(world, "delete", "--yes", "--id", id)).code, 1);
  const exact = await rr(world, "delete", "--yes", "--cmd", "git status");
  assert.equal(exact.out, "delete: matched=2 deleted=2\n");
  const found = await rr(world, "delete", "--yes", "TEST", "--below", "/w");
  assert.equal(found.out, "delete: matched=1 deleted=1\n");
  const left = (await rr(world, "search", "--format", "{cwd}")).out;
  assert.equal(left, `${world.home}\n/x\n`);
});

Deno.test("rr delete --dry-run shows what would go", async () => {
  using world = await sampleWorld();
  const { code, out } = await rr(world, "delete", "--dry-run", "git");
  assert.equal(code, 0);
  const lines = out.trim().split("\n");
  assert.equal(lines.length, 4);
  assert.match(lines[0]!, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}laptop {2}git status$/);
  assert.equal(lines[3], "delete dry-run: matched=3 deleted=0");
  assert.equal(entriesOf(world).length, 6);
});

Deno.test("rr delete must be told what, and by one way", async () => {
  using world = await sampleWorld();
  for (const args of [[], ["--cmd", "a", "word"], ["--id", "a", "--cmd", "b"], ["--yes"]]) {
    const { code, err } = await rr(world, "delete", ...args);
    assert.equal(code, 2, args.join(" "));
    assert.match(err, /hint: Give either --id/);
  }
  assert.equal(entriesOf(world).length, 6);
});

Deno.test("rr delete asks on a terminal, and takes nothing but y for yes", async () => {
  for (const [answer, left, code] of [["y\n", 3, 0], ["no\n", 6, 1], ["", 6, 1]] as const) {
    using sample = await sampleWorld();
    using world = annsWorld({ env: { HOME: sample.home }, terminal: true, stdin: answer });
    const ran = await rr(world, "delete", "git");
    assert.equal(ran.code, code, ran.err);
    assert.match(ran.err, /git push\n.*Delete 3 entries on all devices\? \[y\/N\] /s);
    assert.equal(entriesOf(world).length, left);
  }
  using sample = await sampleWorld();
  using world = annsWorld({ env: { HOME: sample.home }, terminal: true });
  assert.equal((await rr(world, "delete", "git", "--yes")).code, 0);
});

Deno.test("rr delete refuses a word that was most likely meant as a filter, and deletes nothing", async () => {
  using world = await sampleWorld();
  for (
    const [word, why] of [
      ["!exit:nope", 'it takes "ended so: ok, fail, unknown, or a number"'],
      ["after:fryday", 'it takes "since then'],
      ["hots:vps", "is host: meant?"],
      ["!host:nobody", "no command of that host is known"],
    ] as const
  ) {
    const { code, out, err } = await rr(world, "delete", "--yes", word);
    assert.equal(code, 2, word);
    assert.equal(out, "");
    assert.ok(err.includes(word) && err.includes(why), err);
  }
  // Behind -- it is text, and to look is free.
  for (const how of [["--yes", "--", "hots:vps"], ["--dry-run", "hots:vps"]]) {
    assert.match((await rr(world, "delete", ...how)).out, /matched=0 deleted=0\n$/);
  }
  // A host that nobody has is nothing, not everything.
  const { code, out } = await rr(world, "delete", "--yes", "host:nobody");
  assert.deepEqual([code, out], [1, "delete: matched=0 deleted=0\n"]);
  assert.match((await rr(world, "search", "git")).out, /git status/);
});

Deno.test("rr delete says that there is nothing to delete before it asks for --yes", async () => {
  using world = await sampleWorld();
  const { code, out } = await rr(world, "delete", "--id", "none");
  assert.deepEqual([code, out], [1, "delete: matched=0 deleted=0\n"]);
});

Deno.test("rr delete without a terminal needs --yes, or --dry-run", async () => {
  using world = await sampleWorld();
  for (const how of [["git"], ["--cmd", "git status"]]) {
    const { code, out, err } = await rr(world, "delete", ...how);
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err, /not a terminal[^]*--dry-run[^]*--yes/);
  }
  assert.match((await rr(world, "search", "git")).out, /git status/);
});

Deno.test("rr delete --shell-history takes the lines out of the shells' own files too", async () => {
  using world = await sampleWorld();
  const zsh = `${world.home}/.zsh_history`;
  const bash = `${world.home}/.bash_history`;
  const fill = (): void => {
    Deno.writeTextFileSync(zsh, ": 17:0;git push\n: 18:0;ls\n", { mode: 0o600 });
    Deno.writeTextFileSync(bash, "git push\ngit push\nls\n", { mode: 0o600 });
  };
  fill();
  const dry = await rr(world, "delete", "--cmd", "git push", "--shell-history", "--dry-run");
  assert.match(dry.out, /shell history dry-run: zsh .*\.zsh_history removed=1\n/);
  assert.match(dry.out, /shell history dry-run: bash .*\.bash_history removed=2\n/);
  assert.match((await rr(world, "delete", "--cmd", "git push", "--yes")).err, /^(?!.*memory)/s);
  assert.match(Deno.readTextFileSync(zsh), /git push/, "without the flag the files are left alone");
  // It is gone from the history, and the files can be cleared all the same.
  const done = await rr(world, "delete", "--cmd", "git push", "--shell-history", "--yes");
  assert.equal(done.code, 0, done.err);
  assert.match(done.out, /^delete: matched=0 deleted=0\nshell history: zsh .* removed=1\n/);
  assert.match(done.err, /a shell that is open has its history in memory/);
  assert.equal(Deno.readTextFileSync(zsh), ": 18:0;ls\n");
  assert.equal(Deno.readTextFileSync(bash), "ls\n");
  fill();
  Deno.linkSync(bash, `${bash}.second`);
  const refused = await rr(world, "delete", "--cmd", "git push", "--shell-history", "--yes");
  assert.equal(refused.code, 1);
  assert.match(refused.err, /Cannot rewrite ".*\.bash_history": it has a second name/);
});

Deno.test("rr delete leaves the text nowhere in the database's folder", async () => {
  using world = await sampleWorld();
  const secret = "hunter2-hunter2-hunter2";
  await rr(world, "record", "--cmd", `echo ${secret}`);
  await rr(world, "record", "--cmd", "echo after");
  await rr(world, "search", secret);
  assert.ok(holds(world, secret));
  assert.deepEqual(await rr(world, "delete", "--yes", secret), {
    code: 0,
    out: "delete: matched=1 deleted=1\n",
    err: "",
  });
  assert.equal(holds(world, secret), false);
  assert.ok(holds(world, "echo after"));
});

function holds(world: FakeWorld, text: string): boolean {
  const folder = `${world.home}/.rustory`;
  const needle = new TextEncoder().encode(text);
  return world.files.list(folder).some((name) => {
    const bytes = world.files.stat(`${folder}/${name}`)?.kind === "file"
      ? world.files.readBytes(`${folder}/${name}`)!
      : new Uint8Array();
    return indexOf(bytes, needle) >= 0;
  });
}

function indexOf(bytes: Uint8Array, needle: Uint8Array): number {
  for (let at = bytes.indexOf(needle[0]!); at >= 0; at = bytes.indexOf(needle[0]!, at + 1)) {
    if (needle.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}

Deno.test("rr delete tries again while another process reads, and says so if that goes on", async () => {
  using world = await sampleWorld();
  using reader = new DatabaseSync(`${world.home}/.rustory/history.db`);
  reader.exec("BEGIN");
  reader.prepare("SELECT count(*) FROM entries").get();
  const deleting = rr(world, "delete", "--yes", "push");
  for (let tries = 1; tries < 4; tries++) {
    await world.clock.untilSleeping();
    await world.clock.advance(2_000);
  }
  const { code, out, err } = await deleting;
  assert.equal(code, 1);
  assert.equal(out, "delete: matched=1 deleted=1\n");
  assert.match(err, /^warn: another process reads the history, trying again\nerror: .*\nhint: /);
  reader.exec("COMMIT");
  assert.equal((await rr(world, "delete", "--finish")).code, 0);
  assert.equal(holds(world, "git push"), false);
});
