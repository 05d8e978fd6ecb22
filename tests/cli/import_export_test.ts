import assert from "node:assert/strict";
import { annsWorld, entriesOf, rr } from "./_run.ts";

Deno.test("rr import takes in bash and zsh histories and prints the original's line", async () => {
  using world = annsWorld();
  Deno.writeTextFileSync(
    `${world.home}/.zsh_history`,
    ": 1700000000:3;make test\n: 1700000010:0;rr status\n",
  );
  Deno.writeTextFileSync(
    `${world.home}/h`,
    "#1700000100\nls -la\n\n#1700000101\ncurl -u me:s3cretpw x\n",
  );
  const zsh = await rr(world, "import");
  assert.deepEqual(zsh, {
    code: 0,
    out:
      `import: path=${world.home}/.zsh_history shell=zsh received=2 inserted=1 ignored=0 skipped=1\n`,
    err: "",
  });
  const bash = await rr(world, "import", "--shell", "bash", "--path", "~/h");
  assert.equal(
    bash.out,
    `import: path=${world.home}/h shell=bash received=2 inserted=1 ignored=0 skipped=1\n`,
  );
  assert.match(bash.err, /^info: left out as they seem to hold a secret: 1 command\n$/);
  assert.deepEqual(entriesOf(world).map((e) => [e.command, e.startedAtMs, e.durationMs, e.shell]), [
    ["make test", 1_700_000_000_000, 3000, "zsh"],
    ["ls -la", 1_700_000_100_000, 0, "bash"],
  ]);
  const again = await rr(world, "import", "--from", "bash", "--path", `${world.home}/h`);
  assert.match(again.out, /received=2 inserted=0 ignored=1 skipped=1$/m);
});

Deno.test("rr import --limit, --user-id, --device-id and --hostname are taken", async () => {
  using world = annsWorld();
  Deno.writeTextFileSync(`${world.home}/.bash_history`, "one\ntwo\nthree\n");
  const ids = ["--user-id", "u", "--device-id", "d", "--hostname", "h"];
  await rr(world, "import", "--shell", "bash", "--limit", "2", ...ids);
  assert.deepEqual(
    entriesOf(world).map((e) => [e.command, e.userId, e.deviceId, e.hostname, e.cwd]),
    [["two", "u", "d", "h", "unknown"], ["three", "u", "d", "h", "unknown"]],
  );
});

Deno.test("rr import shows broken records and goes on", async () => {
  using world = annsWorld();
  Deno.writeTextFileSync(
    `${world.home}/x.jsonl`,
    '{"id":1}\nnot json\n{"id":"a","device_id":"d","user_id":"u","started_at_ms":"now"}\n{"id":"b"}\n',
  );
  const { code, out, err } = await rr(
    world,
    ..."import --from jsonl --path".split(" "),
    `${world.home}/x.jsonl`,
  );
  assert.equal(code, 0);
  assert.match(out, /received=0 inserted=0/);
  assert.match(
    err,
    /^warn: record 1: "id" has to be 1 to .*\nwarn: record 2: not JSON\nwarn: record 3: "started_at_ms" has to be an integer.*\nwarn: record 4: "device_id" is missing\nwarn: 4 records could not be read\n/,
  );
});

Deno.test("rr import says what is missing", async () => {
  using world = annsWorld();
  const missing = await rr(world, "import", "--shell", "bash");
  assert.equal(missing.code, 1);
  assert.match(missing.err, /\.bash_history": there is no such file\nhint: /);
  const nowhere = await rr(world, "import", "--from", "jsonl");
  assert.equal(nowhere.code, 2);
  assert.match(nowhere.err, /--path/);
});

Deno.test("rr import with an invalid pattern imports nothing and ends with 0", async () => {
  using world = annsWorld({ env: { RUSTORY_RECORD_IGNORE_REGEX: "(a" } });
  Deno.writeTextFileSync(`${world.home}/.bash_history`, "one\n");
  const { code, out, err } = await rr(world, "import", "--shell", "bash");
  assert.deepEqual([code, out], [0, ""]);
  assert.match(err, /^warn: invalid record ignore regex: .*\(skipping import for safety\)\n$/);
  assert.equal(entriesOf(world).length, 0);
});

Deno.test("rr export gives everything back: jsonl whole, a shell's format what it can hold", async () => {
  using world = annsWorld();
  await rr(world, "record", "--cmd", "cat <<EOF\na\nEOF", "--exit-code", "3", "--session", "s");
  await rr(world, "record", "--cmd", "echo é", "--device-id", "other");
  const jsonl = await rr(world, "export");
  Deno.writeTextFileSync(`${world.home}/all.jsonl`, jsonl.out);
  using other = annsWorld();
  await rr(other, "import", "--from", "jsonl", "--path", `${world.home}/all.jsonl`);
  assert.deepEqual(entriesOf(other), entriesOf(world));
  const zsh = await rr(world, "export", "--format", "zsh", "--this-device");
  assert.equal(zsh.out, ": 1700000000:0;cat <<EOF\\\na\\\nEOF\n");
  const none = await rr(other, "--db-path", `${other.home}/none.db`, "export");
  assert.equal(none.code, 1);
  assert.match(none.err, /no such file\nhint: `rr setup` begins one/);
});
