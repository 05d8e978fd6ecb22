import assert from "node:assert/strict";
import { COMMANDS } from "../../src/cli/commands.ts";
import { type CliCommand, optionName } from "../../src/cli/define_command.ts";
import { annsWorld, rr } from "./_run.ts";

const CLI = new URL("../../src/cli/", import.meta.url);
const NAMES = Object.keys(COMMANDS);

/** Reference, section 7.3: the options of the original's commands. */
const ORIGINAL: Readonly<Record<string, readonly string[]>> = {
  "p2p-serve": [
    "listen",
    "identity-key",
    "swarm-key",
    "relay",
    "trackers",
    "tracker-token",
  ],
  "p2p-sync": [
    "peers",
    "limit",
    "push",
    "watch",
    "interval-sec",
    "start-jitter-sec",
    "req-attempts",
    "req-timeout-base-sec",
    "req-timeout-cap-sec",
    "req-backoff-base-ms",
    "swarm-key",
    "relay",
    "trackers",
    "tracker-token",
  ],
  "swarm-key": ["swarm-key"],
  "record": [
    "cmd",
    "cwd",
    "exit-code",
    "duration-ms",
    "shell",
    "hostname",
    "user-id",
    "device-id",
    "print-id",
  ],
  "search": ["limit"],
  "prune": ["older-than-days", "keep-recent", "dry-run"],
  "sync-status": ["peer", "json", "with-tracker"],
  "hook": ["shell"],
  "tracker-serve": ["bind", "ttl-sec", "token"],
  "relay-serve": ["listen", "identity-key", "swarm-key"],
  "init": ["force", "user-id", "device-id", "trackers", "relay", "tracker-token"],
  "doctor": ["json"],
  "import": ["shell", "path", "limit", "user-id", "device-id", "hostname"],
};

async function loadCommand(name: string): Promise<CliCommand> {
  return (await COMMANDS[name]!.load()).command;
}

Deno.test("the command table names just the commands that commands/ has", () => {
  const files = Array.from(
    Deno.readDirSync(new URL("commands/", CLI)),
    ({ name, isDirectory }) => {
      if (!isDirectory) return name;
      const own = `commands/${name}/${name}.ts`;
      assert.ok(Deno.statSync(new URL(own, CLI)).isFile, own);
      return `${name}.ts`;
    },
  );
  assert.deepEqual(
    files.toSorted(),
    NAMES.map((name) => `${name.replaceAll("-", "_")}.ts`).toSorted(),
  );
});

Deno.test("every command of the original has the options of the original", async () => {
  for (const [name, options] of Object.entries(ORIGINAL)) {
    if (!NAMES.includes(name)) assert.fail(`there is no rr ${name}`);
    const command = await loadCommand(name);
    const ours = Object.keys(command.flags).map(optionName);
    const missing = options.filter((option) => !ours.includes(`--${option}`));
    assert.deepEqual(missing, [], `rr ${name}`);
  }
});

Deno.test("--help of every command names its options and fits 110 columns", async () => {
  using world = annsWorld();
  for (const name of NAMES) {
    const { code, out, err } = await rr(world, name, "--help");
    assert.equal(code, 0, name);
    assert.equal(err, "");
    const command = await loadCommand(name);
    assert.match(out, new RegExp(`^Usage: rr ${name}\\b`));
    assert.ok(out.includes(COMMANDS[name]!.brief), name);
    for (const flag of Object.keys(command.flags)) {
      assert.ok(out.includes(optionName(flag)), `${name}: ${flag}`);
    }
    assert.ok(name === "stats" || /[Ee]xample/.test(out), `rr ${name} --help shows an example`);
    const wide = out.split("\n").filter((line) => line.length > 110);
    assert.deepEqual(wide, [], `rr ${name} --help`);
  }
});

Deno.test("rr --help, rr help and rr alone list every command", async () => {
  using world = annsWorld();
  const help = await rr(world, "--help");
  assert.equal(help.code, 0);
  for (const name of NAMES) assert.match(help.out, new RegExp(`^  ${name} `, "m"));
  assert.deepEqual(await rr(world, "help"), help);
  assert.deepEqual(await rr(world, "-h"), help);
  assert.deepEqual(await rr(world), { code: 2, out: "", err: help.out });
  const record = await rr(world, "record", "--help");
  assert.deepEqual(await rr(world, "help", "record"), record);
});

Deno.test("rr --version prints the original's line", async () => {
  using world = annsWorld();
  assert.deepEqual(await rr(world, "--version"), { code: 0, out: "rr 0.1.0\n", err: "" });
});

Deno.test("a mistyped command or option gets a suggestion and exit code 2", async () => {
  using world = annsWorld();
  const command = await rr(world, "doctr");
  assert.equal(command.code, 2);
  assert.equal(
    command.err,
    'error: There is no command "doctr"\nhint: Did you mean `rr doctor`?\n',
  );
  assert.equal((await rr(world, "xyzzy")).err.includes("Did you mean"), false);
  const option = await rr(world, "sync-status", "--wiht-tracker");
  assert.equal(option.code, 2);
  assert.match(option.err, /^error: .*--wiht-tracker, did you mean --with-tracker\?\nhint: /);
  for (
    const [option, meant] of [["--before", "--until"], ["--after", "--since"], [
      "--limt",
      "--limit",
    ]]
  ) {
    assert.match((await rr(world, "search", option!)).err, new RegExp(`did you mean ${meant}\\?`));
  }
  assert.match((await rr(world, "sync")).err, /Did you mean `rr p2p-sync`/);
  assert.match((await rr(world, "version")).err, /Did you mean `rr --version`/);
  assert.match((await rr(world, "prune")).err, /`rr prune` needs --older-than-days <n>/);
  assert.equal((await rr(world, "__proto__")).code, 2);
  assert.equal((await rr(world, "--nonsense")).code, 2);
});

Deno.test("bad command lines end with 2 and say what is wrong, on stderr alone", async () => {
  using world = annsWorld();
  const bad: [string[], RegExp][] = [
    [["record", "--cmd"], /--cmd needs a value/],
    [["record"], /without a command/],
    [["record", "--cmd", "a", "--cmd", "b"], /--cmd was given twice/],
    [["record", "--cmd", "a", "--exit-code", "1.5"], /--exit-code: expected a whole number/],
    [["record", "--cmd", "a", "--exit-code", "2147483648"], /--exit-code/],
    [["record", "--cmd", "a", "--duration-ms", "-1"], /--duration-ms/],
    [["record", "--cmd", "a", "extra"], /Unexpected word "extra"/],
    [["record", "-x", "--cmd", "a"], /There is no option -x/],
    [["doctor", "--json=perhaps"], /--json/],
    [["import", "--from", "zhs"], /--from: expected zsh, bash/],
    [["import", "--from", "zsh", "--shell", "bash"], /both zsh and bash/],
    [["completions", "tcsh"], /"tcsh"/],
    [["tracker-serve", "--token", " "], /blank --token: everybody would be let in/],
    [["tracker-serve", "--ttl-sec", "86401"], /--ttl-sec: expected a whole number from 1 to 86400/],
    [["--db-path", "x", "--json"], /--json/],
  ];
  for (const [args, message] of bad) {
    const { code, out, err } = await rr(world, ...args);
    assert.equal(code, 2, args.join(" "));
    assert.equal(out, "");
    assert.match(err, /^error: /);
    assert.match(err, message);
  }
});

Deno.test("--db-path is taken before and after the command", async () => {
  using world = annsWorld();
  const path = `${world.home}/else.db`;
  await rr(world, "--db-path", path, "record", "--cmd", "one");
  await rr(world, `--db-path=${path}`, "record", "--cmd", "two");
  await rr(world, "record", "--cmd", "three", "--db-path", path);
  await rr(world, "record", `--db-path=${path}`, "--cmd", "four");
  const { out } = await rr(world, "--db-path", path, "export");
  const commands = out.trim().split("\n").map((line) => JSON.parse(line).command);
  assert.deepEqual(commands, ["one", "two", "three", "four"]);
  assert.equal(world.files.stat(`${world.home}/.rustory`), undefined);
});

Deno.test("an error names its causes and what to do, and ends with 1", async () => {
  using world = annsWorld();
  Deno.writeTextFileSync(`${world.home}/not.db`, "this is no database, but long enough to tell so");
  const { code, out, err } = await rr(world, "--db-path", `${world.home}/not.db`, "export");
  assert.equal(code, 1);
  assert.equal(out, "");
  assert.match(err, /^error: .*not\.db/);
});

Deno.test("rr swarm-key --help reads as a whole", async () => {
  using world = annsWorld();
  const { out } = await rr(world, "swarm-key", "--help");
  assert.equal(
    out,
    `Usage: rr swarm-key [--swarm-key <file>]

Print the path and fingerprint of the swarm key, creating it if missing.

All devices of a swarm hold the same key file; without it nobody can connect. \`rr pair\` lets
a device in, and gives it the key. The fingerprint is for comparing two devices and gives nothing away.

Examples:
  rr swarm-key
  rr swarm-key --swarm-key other.key

Options:
      --swarm-key <file>  Swarm key [env RUSTORY_SWARM_KEY_PATH, default
                          ~/.config/rustory/swarm.key]
      --db-path <file>    History database [env RUSTORY_DB_PATH, default ~/.rustory/history.db]
  -h, --help              Print this help
`,
  );
  assert.equal((await rr(world, "swarm-key", "-h")).out, out);
  assert.equal((await rr(world, "swarm-key", "--nonsense", "--help")).out, out);
});

Deno.test("rr --help <command> is the help of that command", async () => {
  using world = annsWorld();
  const { out } = await rr(world, "--help", "search");
  assert.equal(out, (await rr(world, "search", "--help")).out);
  assert.match((await rr(world, "--help")).out, /^Begin with `rr setup`/m);
});
