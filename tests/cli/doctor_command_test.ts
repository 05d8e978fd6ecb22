/** What rr doctor finds. */
import assert from "node:assert/strict";
import { RrError } from "../../src/base/rr_error.ts";
import { denoFiles } from "../../src/world/deno.ts";
import { annsWorld, rr, writeConfig } from "./_run.ts";
import { foreign } from "../store/_open.ts";
import { doctor } from "./_doctor.ts";
import { PEER, servePing, withPeers } from "./_devices.ts";

Deno.test("rr doctor prints the original's lines first, in order, and creates nothing", async () => {
  using world = annsWorld();
  const { out } = await rr(world, "doctor");
  const folder = `${world.home}/.config/rustory`;
  assert.deepEqual(out.split("\n").slice(0, 14), [
    `config path: ${folder}/config.toml (exists: false)`,
    `db path: ${world.home}/.rustory/history.db`,
    "user_id: ann",
    "device_id: laptop",
    "p2p request retry: attempts=3 timeout_base=5s timeout_cap=30s backoff_base=200ms",
    "record ignore regex: (none)",
    `async upload: enabled=false interval_sec=15 limit=200 marker_path=${folder}/async-upload.last last_trigger_unix=- next_due_in_sec=0`,
    `auto prune: enabled=false older_than_days=180 interval_sec=86400 keep_recent=0 marker_path=${folder}/auto-prune.last last_trigger_unix=- next_due_in_sec=0`,
    `swarm key: ${folder}/swarm.key (missing)`,
    `p2p identity key: ${folder}/identity.key (missing)`,
    `relay identity key: ${folder}/relay.key (missing)`,
    "relay addr: (none)",
    "trackers: (none)",
    "",
  ]);
  assert.deepEqual(world.files.list(world.home), []);
});

Deno.test("rr doctor on a terminal shows what it found, and ends with what to look at", async () => {
  using world = annsWorld({ terminal: true, env: { NO_COLOR: "1" } });
  const short = await rr(world, "doctor");
  assert.match(short.out, /^info +config /);
  assert.doesNotMatch(short.out, /config path:/);
  assert.match(short.out, /\n\nOne thing should be put right: hook\n$/);
  const whole = await rr(world, "doctor", "--verbose");
  assert.match(whole.out, /^config path: .*\n(.+\n)+trackers: \(none\)\n\ninfo +config /);
  assert.ok(whole.out.endsWith(short.out));
  await rr(world, "init");
  for (const key of ["swarm", "identity"]) {
    Deno.chmodSync(`${world.home}/.config/rustory/${key}.key`, 0o644);
  }
  const many = (await rr(world, "doctor")).out;
  assert.match(many, /\n\n3 things should be put right: keys \(2\), hook\n$/);
});

Deno.test("rr doctor --json has the original's keys in their order, then ours", async () => {
  using world = annsWorld();
  await rr(world, "init");
  const { out } = await rr(world, "doctor", "--json");
  const report = JSON.parse(out);
  const duty = ["enabled", "interval_sec", "marker_path", "last_trigger_unix", "next_due_in_sec"];
  const key = ["path", "exists", "value", "load_error", "mode", "warning", "stat_error"];
  assert.deepEqual(Object.keys(report), [
    "config_path",
    "config_exists",
    "db_path",
    "user_id",
    "device_id",
    "p2p_request_retry",
    "record_ignore_regex",
    "async_upload",
    "auto_prune",
    "swarm_key",
    "p2p_identity_key",
    "relay_identity_key",
    "relay_addr",
    "trackers",
    "checks",
    "ok",
  ]);
  assert.deepEqual(Object.keys(report.p2p_request_retry), [
    "attempts",
    "timeout_base_sec",
    "timeout_cap_sec",
    "backoff_base_ms",
    "error",
  ]);
  assert.deepEqual(Object.keys(report.record_ignore_regex), ["pattern", "valid", "error"]);
  assert.deepEqual(Object.keys(report.async_upload), [
    ...duty.slice(0, 2),
    "limit",
    ...duty.slice(2),
    "error",
  ]);
  assert.deepEqual(Object.keys(report.auto_prune), [
    "enabled",
    "older_than_days",
    "interval_sec",
    "keep_recent",
    "marker_path",
    "last_trigger_unix",
    "next_due_in_sec",
    "error",
  ]);
  for (const name of ["swarm_key", "p2p_identity_key", "relay_identity_key"]) {
    assert.deepEqual(Object.keys(report[name]), key);
  }
  assert.equal(report.swarm_key.mode, 0o600);
  assert.match(report.swarm_key.value, /^[0-9a-f]{32}$/);
  assert.match(report.p2p_identity_key.value, /^12D3KooW/);
  assert.deepEqual(report.relay_addr, { value: null, error: null });
  for (const finding of report.checks) {
    assert.deepEqual(Object.keys(finding), ["check", "level", "message", "hint"]);
  }
});

Deno.test("rr doctor ends with 0 when all is well and 1 when something is wrong", async () => {
  await using tracker = servePing();
  using world = annsWorld();
  world.clock.jumpTo(Date.now());
  await rr(world, "init", "--device-id", "d", "--trackers", tracker.url);
  await rr(world, "record", "--cmd", "ls");
  Deno.writeTextFileSync(`${world.home}/.zshrc`, "source <(rr hook --shell zsh)\n");
  const well = await doctor(world);
  assert.deepEqual([...well.bad], [], JSON.stringify([...well.bad]));
  assert.equal(well.code, 0);

  writeConfig(world, 'user_idd = "x"\ndevice_id = "d"\n');
  const typo = await doctor(world);
  assert.equal(typo.code, 1);
  assert.match(typo.bad.get("config")!, /unknown key "user_idd".*Did you mean user_id\?/);

  writeConfig(world, 'device_id = "d"\noops\n');
  assert.match((await doctor(world)).bad.get("config")!, /line 2.*Correct/);
});

Deno.test("rr doctor finds loose and broken keys, bad patterns, relays, numbers and markers", async () => {
  using world = annsWorld({
    env: {
      RUSTORY_RECORD_IGNORE_REGEX: "(a",
      RUSTORY_RELAY_ADDR: "nonsense",
      RUSTORY_P2P_REQUEST_ATTEMPTS: "many",
    },
  });
  await rr(world, "swarm-key");
  const folder = `${world.home}/.config/rustory`;
  Deno.chmodSync(`${folder}/swarm.key`, 0o644);
  Deno.writeTextFileSync(`${folder}/identity.key`, "broken", { mode: 0o600 });
  Deno.writeTextFileSync(`${folder}/async-upload.last`, "yesterday");
  const { out, code } = await rr(world, "doctor");
  assert.equal(code, 1);
  assert.match(out, /^swarm key: .* \(exists\) [0-9a-f]{32} \| warn: mode=644, want 600$/m);
  assert.match(out, /^p2p identity key: .* \(exists\) invalid: \S/m);
  assert.match(out, /^record ignore regex: invalid: .* \(skipping record for safety\)$/m);
  assert.match(out, /^relay addr: invalid: .*nonsense/m);
  assert.match(out, /^p2p request retry: invalid: .*RUSTORY_P2P_REQUEST_ATTEMPTS/m);
  assert.match(out, /^async upload: invalid: .*async-upload\.last/m);
  const { bad, report } = await doctor(world);
  assert.match(bad.get("keys")!, /chmod 600 \S+\/swarm\.key/);
  assert.match(bad.get("config")!, /Nothing is recorded/);
  assert.deepEqual(report.async_upload.enabled, null);
  assert.equal(report.record_ignore_regex.pattern, "(a");
  assert.equal(report.record_ignore_regex.valid, false);
});

Deno.test("rr doctor finds another device of the same name, and a device without one", async () => {
  using world = annsWorld({ env: { RUSTORY_DEVICE_ID: "desk" } });
  withPeers(world);
  assert.match(
    (await doctor(world)).bad.get("device")!,
    new RegExp(`also calls itself "desk": ${PEER} \\(host desk-host\\)`),
  );
  using nameless = annsWorld({ hostname: undefined });
  assert.match((await doctor(nameless)).bad.get("device")!, /no name.*rr config set device_id/);
});

Deno.test("rr doctor finds a damaged, an open and a foreign database", async () => {
  using world = annsWorld();
  await rr(world, "record", "--cmd", "ls");
  const path = `${world.home}/.rustory/history.db`;
  Deno.chmodSync(path, 0o644);
  const index = `${path}-shm`;
  Deno.openSync(index, { append: true, create: true }).close(); // as it is, if it is there
  Deno.chmodSync(index, 0o644);
  const open = (await doctor(world)).bad.get("database")!;
  assert.match(open, /^Others can read.*\) `chmod 600 \S+history\.db \S+history\.db-shm`; $/);
  Deno.chmodSync(index, 0o600);
  Deno.chmodSync(path, 0o600);
  foreign(path, (db) => db.exec("PRAGMA wal_checkpoint(TRUNCATE)"));
  const bytes = Deno.readFileSync(path);
  bytes.fill(0xff, 4096 + 100, 4096 * 3);
  Deno.writeFileSync(path, bytes);
  for (const suffix of ["-wal", "-shm"]) world.files.remove(path + suffix);
  assert.match((await doctor(world)).bad.get("database")!, /damaged|malformed/);
  Deno.writeTextFileSync(path, "no database at all, only text, but of some length");
  assert.ok((await doctor(world)).bad.has("database"));
});

Deno.test("rr doctor finds trackers that do not answer, and clocks apart", async () => {
  await using tracker = servePing({ date: new Date(Date.now() + 3_600_000) });
  using world = annsWorld({ env: { RUSTORY_TRACKERS: `${tracker.url},http://127.0.0.1:9` } });
  world.clock.jumpTo(Date.now());
  const { out } = await rr(world, "doctor");
  assert.match(out, new RegExp(`^- ${tracker.url} \\(ping: ok, latency_ms=\\d+\\)$`, "m"));
  assert.match(out, /^- http:\/\/127\.0\.0\.1:9 \(ping: fail: .*\)$/m);
  assert.match(out, /The clock here is 3[56]\d\d s behind/);
});

Deno.test("rr doctor tries the relays", {
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const relay = `/ip4/127.0.0.1/tcp/9/p2p/${PEER}`;
  using world = annsWorld({ env: { RUSTORY_RELAY_ADDR: relay } });
  const keyless = await rr(world, "doctor");
  assert.match(keyless.out, /^info +relay .*no swarm key to try it with$/m);
  assert.match(keyless.out, /^info +keys +There is no swarm key yet$/m);
  await rr(world, "swarm-key");
  const { bad } = await doctor(world);
  assert.match(bad.get("relay")!, /127\.0\.0\.1\/tcp\/9.*refused.*relay-serve/);
});

Deno.test("rr doctor asks trackers and relays at once: with a dead resolver each takes its time", {
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const relay = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const dialled = (async () => {
    (await relay.accept()).close();
    relay.close();
  })();
  // It answers when the relay was dialled, and no time passes in which anybody could give it up.
  await using tracker = servePing({ after: dialled });
  using world = annsWorld({
    env: {
      RUSTORY_TRACKERS: tracker.url,
      RUSTORY_RELAY_ADDR: `/ip4/127.0.0.1/tcp/${relay.addr.port}/p2p/${PEER}`,
    },
  });
  await rr(world, "swarm-key");
  const { bad, report } = await doctor(world);
  assert.equal(report.trackers[0].reachable, true);
  assert.match(bad.get("relay")!, /rr relay-serve|gives us no place|swarm key/);
});

Deno.test("rr doctor says whether the hook is loaded, and since when nothing was recorded", async () => {
  using world = annsWorld();
  const line = async (): Promise<string> =>
    (await rr(world, "doctor")).out.split("\n").find((text) => / hook /.test(text))!;
  assert.match(
    await line(),
    /^warn .*Nothing that is typed .*\.zshrc does not load the hook; nothing has/,
  );
  Deno.writeTextFileSync(`${world.home}/.zshrc`, "# mine\nsource <(rr hook --shell zsh)\n");
  assert.match(await line(), /^ok .*In .*\.zshrc; nothing/);
  await rr(world, "record", "--cmd", "ls");
  await world.clock.advance(7_200_000);
  assert.match(await line(), /the newest command of this device ended 2h ago/);
  world.setEnv("SHELL", "/bin/tcsh");
  assert.match(await line(), /the login shell is "tcsh"/);
});

Deno.test("rr doctor names recorded commands that this user cannot read", async () => {
  const real = denoFiles();
  const readBytes = (path: string): Uint8Array<ArrayBuffer> | undefined => {
    if (!path.endsWith("/1-1-1.spool")) return real.readBytes(path);
    throw new RrError("io", `Cannot read "${path}": permission denied`);
  };
  using world = annsWorld({ files: { ...real, readBytes } });
  const folder = `${world.home}/.rustory/spool`;
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeTextFileSync(`${folder}/1-1-1.spool`, "x");
  const { bad, code } = await doctor(world);
  assert.equal(code, 1);
  assert.match(bad.get("hook")!, /"[^"]*\/1-1-1\.spool" belongs to another user.*sudo chown/);
});

Deno.test("rr doctor offers to delete everywhere what was deleted on this device only", async () => {
  using world = annsWorld();
  await rr(world, "record", "--cmd", "secret");
  assert.doesNotMatch((await rr(world, "doctor")).out, /deletions/);
  await rr(world, "delete", "--cmd", "secret", "--here", "--yes");
  const { out } = await rr(world, "doctor");
  assert.match(
    out,
    /^info +deletions +Deleted on this device only, other devices keep them: 1 entry$/m,
  );
  assert.match(out, /rr delete --propagate-earlier/);
});

Deno.test("rr doctor says that no daemon runs", async () => {
  using world = annsWorld();
  assert.match((await rr(world, "doctor")).out, /^info +daemon +No daemon runs/m);
});
