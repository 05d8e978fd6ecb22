import assert from "node:assert/strict";
import { annsWorld, rr, writeConfig } from "./_run.ts";

Deno.test("rr config set writes one key, checked, and leaves the rest as it is", async () => {
  using world = annsWorld();
  const path = writeConfig(world, '# mine\nuser_id = "ann" # me\nauto_prune_days = 9\n');
  const set = await rr(world, "config", "set", "trackers", "http://a:1, http://b:2");
  assert.deepEqual(set, { code: 0, out: `wrote config: ${path}\n`, err: "" });
  const text = Deno.readTextFileSync(path);
  assert.match(text, /^# mine\nuser_id = "ann" # me\nauto_prune_days = 9\n/);
  assert.match(text, /trackers = \[ ?"http:\/\/a:1", "http:\/\/b:2" ?\]/);
  assert.equal((await rr(world, "config", "get", "trackers")).out, "http://a:1,http://b:2\n");
  const asInTheFile = await rr(world, "config", "set", "trackers", '["http://c:3", "http://d:4"]');
  assert.deepEqual(asInTheFile, { code: 0, out: `wrote config: ${path}\n`, err: "" });
  assert.equal((await rr(world, "config", "get", "trackers")).out, "http://c:3,http://d:4\n");
  assert.equal((await rr(world, "config", "set", "p2p_protocols", '["1"]')).code, 0);
  assert.equal((await rr(world, "config", "get", "p2p_protocols")).out, "1\n");
  assert.equal((await rr(world, "config", "set", "auto_prune_days", "30")).code, 0);
  assert.equal((await rr(world, "config", "get", "auto_prune_days")).out, "30\n");
});

Deno.test("rr config unset takes a key out; get ends with 1 where there is no value", async () => {
  using world = annsWorld();
  const path = writeConfig(world, 'user_id = "ann"\ntracker_token = "t0ken"\n# end\n');
  assert.match(
    (await rr(world, "config", "list")).out,
    /^tracker_token = \(secret\) {2}\(file\)$/m,
  );
  assert.equal((await rr(world, "config", "get", "tracker_token")).out, "t0ken\n");
  assert.equal((await rr(world, "config", "unset", "tracker_token")).code, 0);
  assert.equal(Deno.readTextFileSync(path), 'user_id = "ann"\n# end\n');
  assert.deepEqual(await rr(world, "config", "get", "tracker_token"), {
    code: 1,
    out: "",
    err: "",
  });
  assert.equal((await rr(world, "config", "unset", "tracker_token")).code, 0);
});

Deno.test("rr config refuses what cannot be used, and writes nothing then", async () => {
  using world = annsWorld();
  const path = writeConfig(world, "# empty\n");
  const bad: [string[], RegExp][] = [
    [
      ["set", "auto_prune", "perhaps"],
      /Cannot set auto_prune to "perhaps": expected true or false/,
    ],
    [["set", "trakers", "x"], /Did you mean trackers\?/],
    [["set", "relay_addr", "nonsense"], /nonsense/],
    [["set", "trackers"], /takes a key and a value/],
    [["set", "trackers", " "], /rr config unset trackers/],
    [["get"], /takes a key after it/],
    [["frob"], /There are get, set/],
    [["set", "user_id", "a", "b"], /Unexpected word "b"/],
  ];
  for (const [words, message] of bad) {
    const { code, err } = await rr(world, "config", ...words);
    assert.match(err, message);
    assert.notEqual(code, 0);
  }
  assert.equal(Deno.readTextFileSync(path), "# empty\n");
});

Deno.test("rr config works before there is a config, and says where it is", async () => {
  using world = annsWorld();
  const path = `${world.home}/.config/rustory/config.toml`;
  assert.equal((await rr(world, "config", "path")).out, `${path}\n`);
  await rr(world, "config", "set", "device_id", "laptop");
  assert.equal((await rr(world, "config", "get", "device_id")).out, "laptop\n");
  assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
});

Deno.test("rr init with values changes the config that is there, keeps the rest, and a backup", async () => {
  using world = annsWorld({ env: { RUSTORY_TRACKERS: "http://env:1" } });
  await rr(world, "init", "--user-id", "me");
  const path = `${world.home}/.config/rustory/config.toml`;
  const before = Deno.readTextFileSync(path);
  const changed = await rr(world, "init", "--relay", `/dns4/r.example/tcp/4001/p2p/${RELAY}`);
  assert.equal(changed.code, 0);
  assert.match(changed.out, /^wrote config: .*\nkept the old config: .*config\.toml\.bak\n/);
  const after = Deno.readTextFileSync(path);
  assert.match(after, /^relay_addr = "\/dns4\/r\.example/m);
  assert.match(after, /^user_id = "me"$/m);
  assert.equal(Deno.readTextFileSync(`${path}.bak`), before);
});

const RELAY = "12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN";

Deno.test("rr config tells what the picker is like, and checks what it is to be like", async () => {
  using world = annsWorld();
  const path = writeConfig(world, 'user_id = "ann"\n');
  for (
    const [key, value, why] of [
      ["picker_height", "2", "a number of rows from 3"],
      ["picker_prompt", "left", '"top" or "bottom"'],
      ["picker_columns", "time,exits", 'a list of "time"'],
      ["picker_editing", "ed", '"emacs" or "vim"'],
      ["picker_keys", "ctrl-f=page-dwn", "did you mean page-down"],
      ["picker_theme", "pink", '"auto" or'],
      ["picker_colours", "match=pinkish", "colours such as"],
      ["picker_columns", "none,time", 'either "none" alone or columns such as "time"'],
      ["picker_columns", "time,time", '"time" twice'],
      ["picker_keys", "f12=copy,f12=delete", 'leave out "f12=copy" or "f12=delete"'],
      ["picker_colours", "match=red,match=blue", 'leave out "match=red" or "match=blue"'],
      ["picker_popup", "maybe", "true or false"],
    ] as const
  ) {
    const { code, err } = await rr(world, "config", "set", key, value);
    assert.equal(code, 2, key);
    assert.ok(err.includes(why), err);
  }
  assert.equal(Deno.readTextFileSync(path), 'user_id = "ann"\n');
  assert.equal(
    (await rr(world, "config", "set", "picker_keys", "ctrl-f=page-down,f12=pin")).code,
    0,
  );
  assert.equal((await rr(world, "config", "set", "picker_height", "15")).code, 0);
  const { out } = await rr(world, "config", "list");
  assert.match(out, /^picker_keys = ctrl-f=page-down,f12=pin {2}\(file\)$/m);
  assert.match(out, /^picker_height = 15 {2}\(file\)$/m);
  assert.match(out, /^picker_columns = time,exit,duration,host,folder {2}\(default\)$/m);
});

Deno.test("rr doctor tells of a config that a full disk or a power cut has left empty", async () => {
  using world = annsWorld();
  writeConfig(world, "");
  assert.match(
    (await rr(world, "doctor")).out,
    /^warn {2}config {4}The config is empty.*\n.*rr init --force/m,
  );
});
