import assert from "node:assert/strict";
import { annsWorld, rr, writeConfig } from "./_run.ts";

const RELAY = "/ip4/192.0.2.1/tcp/4001/p2p/12D3KooWA4Xop1JaT3MHxwYMkCepYsv4iPVopMXwCz5iHYdBfeSB";

Deno.test("rr init writes a private config and keys, and says what to do next", async () => {
  using world = annsWorld();
  const { code, out, err } = await rr(
    world,
    ..."init --device-id desk --trackers http://a:1,http://b:2 --trackers http://c:3".split(" "),
    ...["--relay", RELAY, "--tracker-token", "t0ken"],
  );
  assert.equal(code, 0);
  const folder = `${world.home}/.config/rustory`;
  const lines = out.split("\n");
  assert.equal(lines[0], `wrote config: ${folder}/config.toml`);
  assert.equal(lines[1], `swarm key path: ${folder}/swarm.key`);
  assert.match(lines[2]!, /^swarm key fingerprint: [0-9a-f]{32}$/);
  assert.equal(lines[3], `p2p identity key path: ${folder}/identity.key`);
  assert.match(lines[4]!, /^p2p peer id: 12D3KooW\w{44}$/);
  assert.equal(lines[5], "next:");
  assert.match(lines[6]!, /rr setup/);
  assert.match(lines[7]!, /rr pair/);
  assert.match(err, /a NEW one was created/);
  assert.match(err, /must be different on each device/);
  for (const name of ["config.toml", "swarm.key", "identity.key"]) {
    assert.equal(world.files.stat(`${folder}/${name}`)!.mode, 0o600);
  }
  const config = world.files.readText(`${folder}/config.toml`)!;
  assert.match(config, new RegExp(`^db_path = "${world.home}/\\.rustory/history\\.db"$`, "m"));
  assert.match(config, /^user_id = "ann"$/m);
  assert.match(config, /^device_id = "desk"$/m);
  assert.match(config, /^trackers = \["http:\/\/a:1", "http:\/\/b:2", "http:\/\/c:3"\]$/m);
  assert.match(config, new RegExp(`^relay_addr = "${RELAY}"$`, "m"));
  assert.match(config, /^tracker_token = "t0ken"$/m);
  assert.match(config, /^# swarm_key_path = /m);
  assert.match(config, /^# record_ignore_regex = /m);
});

Deno.test("rr init leaves an existing config alone, and uses its key paths", async () => {
  using world = annsWorld();
  const path = writeConfig(world, 'swarm_key_path = "~/keys/s.key"\n');
  const { code, out } = await rr(world, "init");
  assert.equal(code, 0);
  assert.match(out, new RegExp(`^config already exists: ${path} \\(options change it\\)\n`));
  assert.match(out, new RegExp(`swarm key path: ${world.home}/keys/s.key\n`));
  assert.equal(world.files.readText(path), 'swarm_key_path = "~/keys/s.key"\n');
  const again = await rr(world, "init");
  assert.doesNotMatch(again.err, /NEW/);
});

Deno.test("rr init --force keeps every setting and comment, and a backup", async () => {
  using world = annsWorld();
  const old = [
    "# mine",
    'user_id = "bob" # me',
    "record_ignore_regex = '(?i)hush'",
    "p2p_request_attempts = 9",
    'swarm_key_path = "~/keys/s.key"',
    'device_id = "desk"',
    'future_key = "kept"',
    "",
  ].join("\n");
  const path = writeConfig(world, old);
  const { code, out, err } = await rr(world, "init", "--force", "--trackers", "http://a:1");
  assert.equal(code, 0);
  assert.match(out, new RegExp(`kept the old config: ${path}.bak\n`));
  assert.match(err, /unknown key "future_key"/);
  assert.equal(world.files.readText(`${path}.bak`), old);
  const text = world.files.readText(path)!;
  assert.ok(text.startsWith(old), text);
  assert.match(text, /^trackers = \[ ?"http:\/\/a:1" ?\]$/m);
  assert.match(text, /^db_path = /m);
  await rr(world, "init", "--force", "--user-id", "eve");
  assert.ok(world.files.stat(`${path}.bak.2`));
  assert.match(world.files.readText(path)!, /^user_id = "eve" # me$/m);
});

Deno.test("rr init --force saves what it can of a broken config", async () => {
  using world = annsWorld();
  const path = writeConfig(world, "user_id = \"bob\"\noops\nrecord_ignore_regex = 'hush'\n");
  const strict = await rr(world, "init");
  assert.equal(strict.code, 1);
  assert.match(strict.err, /line 2.*\nhint: .*rr init --force/);
  const { code } = await rr(world, "init", "--force");
  assert.equal(code, 0);
  const text = world.files.readText(path)!;
  assert.match(text, /^user_id = "bob"$/m);
  assert.match(text, /^record_ignore_regex = "hush"$/m);
  assert.ok(world.files.stat(`${path}.bak`));
});

Deno.test("rr init puts the environment's values into the file, but never its token", async () => {
  using world = annsWorld({
    env: { RUSTORY_USER_ID: "env", RUSTORY_TRACKER_TOKEN: "s3cret", RUSTORY_TRACKERS: "http://e" },
  });
  await rr(world, "init");
  const text = world.files.readText(`${world.home}/.config/rustory/config.toml`)!;
  assert.match(text, /^user_id = "env"$/m);
  assert.match(text, /^trackers = \["http:\/\/e"\]$/m);
  assert.doesNotMatch(text, /s3cret/);
});

Deno.test("rr init refuses a relay that is no address, before writing anything", async () => {
  using world = annsWorld();
  const { code, err } = await rr(world, "init", "--relay", "relay.example:4001");
  assert.equal(code, 2);
  assert.match(err, /relay\.example:4001/);
  assert.equal(world.files.stat(`${world.home}/.config`), undefined);
});

Deno.test("rr swarm-key prints path and fingerprint, and says loudly that it made one", async () => {
  using world = annsWorld();
  const path = `${world.home}/my keys/swarm.key`;
  const first = await rr(world, "swarm-key", "--swarm-key", path);
  assert.equal(first.code, 0);
  assert.match(
    first.out,
    new RegExp(`^swarm key path: ${path}\nswarm key fingerprint: [0-9a-f]{32}\n$`),
  );
  assert.match(first.err, /a NEW one was created/);
  assert.deepEqual(await rr(world, "swarm-key", "--swarm-key", path), { ...first, err: "" });
  Deno.chmodSync(path, 0o644);
  const loose = await rr(world, "swarm-key", "--swarm-key", path);
  assert.match(loose.err, /do: chmod 600 '.*\/my keys\/swarm\.key'\n$/, "a command to be pasted");
  Deno.writeTextFileSync(path, "broken");
  const broken = await rr(world, "swarm-key", "--swarm-key", path);
  assert.equal(broken.code, 1);
  assert.equal(Deno.readTextFileSync(path), "broken");
});

Deno.test("rr completions prints a script for the named shell, or for $SHELL", async () => {
  using world = annsWorld();
  const zsh = await rr(world, "completions", "zsh");
  assert.match(zsh.out, /^#compdef rr/);
  assert.deepEqual(await rr(world, "completions"), zsh);
  assert.match((await rr(world, "completions", "bash")).out, /complete -o default -F _rr rr/);
  assert.match((await rr(world, "completions", "fish")).out, /complete -c rr/);
});

Deno.test("rr __complete gives commands, options and values with their meaning", async () => {
  using world = annsWorld();
  const words = async (...args: string[]): Promise<string[]> => {
    const { code, out, err } = await rr(world, "__complete", ...args);
    assert.deepEqual([code, err], [0, ""]);
    return out.split("\n").filter((line) => line !== "").map((line) => line.split("\t")[0]!);
  };
  assert.deepEqual(await words("swa"), ["swarm-key"]);
  assert.ok((await words("")).includes("record"));
  assert.deepEqual(await words("--v"), ["--version"]);
  assert.deepEqual(await words("--db-path", "x", "swa"), ["swarm-key"]);
  assert.deepEqual(await words("sync-status", "--w"), ["--with-tracker"]);
  assert.deepEqual(await words("import", "--from", "z"), ["zsh", "zsh-histdb"]);
  assert.deepEqual(await words("completions", "f"), ["fish"]);
  assert.deepEqual(await words("nonsense", ""), []);
});

const SHELLS = ["bash", "zsh", "fish"];
for (const shell of SHELLS) {
  const missing = !isInstalled(shell);
  Deno.test(
    `rr completions ${shell} completes in a real ${shell}`,
    { ignore: missing },
    async () => {
      using world = annsWorld();
      const script = (await rr(world, "completions", shell)).out;
      const bin = `${world.home}/bin`;
      Deno.mkdirSync(bin);
      const fake = '#!/bin/sh\n[ "$1" = __complete ] && [ "$3" = --wi ] && ' +
        "printf -- '--with-tracker\\tAsk the trackers\\n'\nexit 0\n";
      Deno.writeTextFileSync(`${bin}/rr`, fake, { mode: 0o755 });
      const { stdout, stderr } = await new Deno.Command(shell, {
        args: argsFor(shell, script),
        env: { PATH: `${bin}:${Deno.env.get("PATH")}`, HOME: world.home },
        stdin: "null",
      }).output();
      const out = new TextDecoder().decode(stdout);
      assert.match(out, /--with-tracker/, new TextDecoder().decode(stderr));
    },
  );
}

function argsFor(shell: string, script: string): string[] {
  switch (shell) {
    case "bash":
      return [
        "--norc",
        "-c",
        `${script}\nCOMP_WORDS=(rr sync-status --wi); COMP_CWORD=2; COMP_LINE="rr sync-status --wi"; COMP_POINT=19; _rr; echo "\${COMPREPLY[@]}"`,
      ];
    case "zsh":
      return [
        "-f",
        "-c",
        // Outside the line editor there is no completion; what it would be given is shown instead.
        `compdef() { :; }; _describe() { print -l -- "\${(@P)2}"; }; _files() { :; }
${script}
words=(rr sync-status --wi); CURRENT=3; _rr`,
      ];
    default:
      return ["--no-config", "-c", `${script}\ncomplete -C 'rr sync-status --wi'`];
  }
}

function isInstalled(program: string): boolean {
  try {
    return new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" })
      .outputSync().success;
  } catch {
    return false;
  }
}
