import assert from "node:assert/strict";
import { MAX_COMMAND_CHARS } from "../../src/history/check_entry.ts";
import { annsWorld, entriesOf, rr, writeConfig } from "./_run.ts";

Deno.test("rr record stores every field, with the time in milliseconds, and prints nothing", async () => {
  using world = annsWorld();
  const flags = "--exit-code -3 --duration-ms 42 --cwd /tmp/x --shell fish --hostname h".split(" ");
  const ran = await rr(
    world,
    "record",
    "--cmd",
    "  make test \n",
    ...flags,
    "--user-id=u",
    "--device-id",
    "d",
    "--session",
    "s1",
  );
  assert.deepEqual(ran, { code: 0, out: "", err: "" });
  const [entry, ...others] = entriesOf(world);
  assert.equal(others.length, 0);
  const { id, ...rest } = entry!;
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/);
  assert.deepEqual(rest, {
    deviceId: "d",
    userId: "u",
    startedAtMs: world.clock.now(),
    command: "make test",
    cwd: "/tmp/x",
    exitCode: -3,
    durationMs: 42,
    shell: "fish",
    hostname: "h",
    version: "0.1.0",
    session: "s1",
  });
});

Deno.test("rr record without options takes user, device, shell, host and folder from around", async () => {
  using world = annsWorld();
  await rr(world, "record", "--cmd", "ls");
  const [entry] = entriesOf(world);
  assert.equal(entry!.userId, "ann");
  assert.equal(entry!.deviceId, "laptop");
  assert.equal(entry!.hostname, "laptop");
  assert.equal(entry!.shell, "zsh");
  assert.equal(entry!.cwd, world.home);
  assert.equal(entry!.exitCode, 0);
  assert.equal(entry!.durationMs, 0);

  using bare = annsWorld({ hostname: undefined, cwd: undefined, env: { SHELL: " ", USER: "" } });
  await rr(bare, "record", "--cmd", "ls");
  const [other] = entriesOf(bare);
  assert.deepEqual(
    [other!.userId, other!.deviceId, other!.hostname, other!.shell, other!.cwd],
    ["unknown", "unknown", "unknown", "unknown", "."],
  );
});

Deno.test("rr record --print-id prints the id of the entry", async () => {
  using world = annsWorld();
  const { out } = await rr(world, "record", "--cmd", "ls", "--print-id");
  assert.equal(out, `${entriesOf(world)[0]!.id}\n`);
});

Deno.test("rr record takes commands of any shape", async () => {
  using world = annsWorld();
  const commands = [
    "-x",
    "--help",
    "--cmd",
    "--",
    "cat <<EOF\n\ttabs and 'quotes' \"all\"\nEOF",
    "echo grüße 🎉",
    "rrr",
    "rr-something",
    "a=b",
  ];
  for (const one of commands) await rr(world, "record", "--cmd", one);
  for (const one of commands) await rr(world, "record", `--cmd=${one}`);
  assert.deepEqual(entriesOf(world).map((e) => e.command), [...commands, ...commands]);
});

Deno.test("rr record skips empty commands, rr itself, ignored ones and secrets", async () => {
  using world = annsWorld({ env: { RUSTORY_RECORD_IGNORE_REGEX: "(?i)hush" } });
  writeConfig(world, 'record_ignore_dirs = ["~/private"]\n');
  const skipped = [
    ["--cmd", ""],
    ["--cmd", " \n\t"],
    ["--cmd", "rr"],
    ["--cmd", " rr search x"],
    ["--cmd", "echo HuSh now"],
    ["--cmd", "ls", "--cwd", `${world.home}/private/deep`],
    ["--cmd", "curl -H 'Authorization: Bearer abcdef0123456789abcdef'"],
  ];
  for (const args of skipped) {
    assert.deepEqual(await rr(world, "record", "--print-id", ...args), {
      code: 0,
      out: "",
      err: "",
    });
  }
  assert.equal(world.files.stat(`${world.home}/.rustory/history.db`), undefined);
  writeConfig(world, "record_secrets_filter = false\n");
  await rr(world, "record", "--cmd", "curl -H 'Authorization: Bearer abcdef0123456789abcdef'");
  assert.equal(entriesOf(world).length, 1);
});

Deno.test("rr record with an invalid pattern warns, and keeps the command until it is corrected", async () => {
  using world = annsWorld();
  writeConfig(world, 'record_ignore_regex = "hush("\n');
  for (const command of ["ls", "hush now"]) {
    const { code, out, err } = await rr(world, "record", "--cmd", command, "--print-id");
    assert.equal(code, 0);
    assert.match(out, /^[0-9a-f-]{36}\n$/);
    assert.match(err, /^warn: invalid record ignore regex: .* \(skipping record for safety\)\n$/);
  }
  assert.equal(entriesOf(world).length, 0);
  // Whoever searches is told, whatever the hook does with its errors.
  assert.match((await rr(world, "search", "ls")).err, /recorded commands wait: .*ignore pattern/);
  assert.match((await rr(world, "doctor")).out, /error.*Nothing is recorded: .*ignore pattern/);
  writeConfig(world, 'record_ignore_regex = "hush"\n');
  assert.equal((await rr(world, "search", "--format", "{command} {exit}")).out, "ls 0\n");
});

Deno.test("rr record goes on with a broken config, and keeps to what can be read of it", async () => {
  using world = annsWorld();
  writeConfig(world, 'user_id = "bob\nrecord_ignore_regex = "hush"\ntrackers = 5\n');
  assert.deepEqual(await rr(world, "record", "--cmd", "ls"), { code: 0, out: "", err: "" });
  assert.deepEqual(await rr(world, "record", "--cmd", "hush"), { code: 0, out: "", err: "" });
  assert.deepEqual(entriesOf(world).map((e) => e.command), ["ls"]);
});

Deno.test("rr record --cmd-file reads stdin or a file, above what an argument can hold", async () => {
  const long = "x".repeat(200_000);
  using world = annsWorld({ stdin: `echo ${long}\n` });
  await rr(world, "record", "--cmd-file", "-");
  Deno.writeTextFileSync(`${world.home}/cmd`, "-from a file\n");
  await rr(world, "record", "--cmd-file", `${world.home}/cmd`);
  assert.deepEqual(entriesOf(world).map((e) => e.command), [`echo ${long}`, "-from a file"]);
  const missing = await rr(world, "record", "--cmd-file", `${world.home}/none`);
  assert.equal(missing.code, 1);
  assert.match(missing.err, /There is no file/);
  assert.equal((await rr(world, "record", "--cmd-file", "-", "--cmd", "x")).code, 2);
});

Deno.test("rr record refuses a command that no entry can hold, and says so", async () => {
  using world = annsWorld({ stdin: "x".repeat(MAX_COMMAND_CHARS + 1) });
  const { code, err } = await rr(world, "record", "--cmd-file", "-");
  assert.equal(code, 1);
  assert.match(err, /'command' is out of bounds/);
  assert.ok(err.length < 300);
});

Deno.test("rr record --started-at-ms sets the time", async () => {
  using world = annsWorld();
  await rr(world, "record", "--cmd", "old", "--started-at-ms", "1500000000123");
  assert.equal(entriesOf(world)[0]!.startedAtMs, 1_500_000_000_123);
});

Deno.test("rr record starts an upload at most once an interval, detached", async () => {
  using world = annsWorld({ env: { RUSTORY_ASYNC_UPLOAD: "1", RUSTORY_ASYNC_UPLOAD_LIMIT: "7" } });
  await rr(world, "record", "--cmd", "one");
  await rr(world, "record", "--cmd", "two");
  const args = ["--db-path", `${world.home}/.rustory/history.db`, "p2p-sync", "--push"];
  assert.deepEqual(world.started, [{
    command: ["/usr/local/bin/rr", ...args, "--limit", "7"],
    env: { RUSTORY_ASYNC_UPLOAD: "0", RUSTORY_BACKGROUND_SYNC: "1" },
  }]);
  const marker = `${world.home}/.config/rustory/async-upload.last`;
  assert.equal(Deno.readTextFileSync(marker).trim(), String(world.clock.now() / 1000));
  assert.equal(world.files.stat(marker)!.mode, 0o600);
  await world.clock.advance(15_000);
  await rr(world, "record", "--cmd", "three");
  assert.equal(world.started.length, 2);
});

Deno.test("rr record: a marker that cannot be used only warns", async () => {
  using world = annsWorld({ env: { RUSTORY_ASYNC_UPLOAD: "yes" } });
  Deno.mkdirSync(`${world.home}/.config/rustory`, { recursive: true });
  Deno.writeTextFileSync(`${world.home}/.config/rustory/async-upload.last`, "yesterday");
  const { code, err } = await rr(world, "record", "--cmd", "one");
  assert.equal(code, 0);
  assert.match(err, /^warn: async upload trigger failed: .*async-upload\.last/);
  assert.equal(entriesOf(world).length, 1);
});

Deno.test("rr record takes an empty text for one that is not known", async () => {
  using world = annsWorld();
  await rr(world, "record", "--cmd", "ls", "--cwd", "", "--shell", " ", "--session", "");
  const [entry] = entriesOf(world);
  assert.deepEqual([entry?.cwd, entry?.shell, entry?.session], [world.cwd(), "zsh", undefined]);
});

Deno.test("rr record names a folder as filters and rules do", async () => {
  using world = annsWorld();
  const here = world.cwd()!;
  const names: readonly (readonly [given: string, stored: string])[] = [
    ["/a/../b/./c//", "/b/c"],
    ["//b", "/b"],
    [".", here],
    ["sub/../x/", `${here}/x`],
  ];
  for (const [given] of names) await rr(world, "record", "--cmd", `in ${given}`, "--cwd", given);
  const stored = new Map(entriesOf(world).map((entry) => [entry.command, entry.cwd]));
  for (const [given, folder] of names) assert.equal(stored.get(`in ${given}`), folder);
  assert.equal((await rr(world, "search", "--cwd", "/b/c")).out, "in /a/../b/./c//\n");
});
