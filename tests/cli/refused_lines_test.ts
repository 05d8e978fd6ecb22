/** Lines that are well written and cannot be done all the same: what is named, and that nothing is written. */
import assert from "node:assert/strict";
import { type CliCommand, optionName } from "../../src/cli/define_command.ts";
import { LineError, readLine } from "../../src/cli/line/read_line.ts";
import { annsWorld, rr } from "./_run.ts";
import { assertClear, load, NAMES, someValue } from "./_bad_lines.ts";

/** What the commands themselves refuse: each names the option, the value, and what is expected. */
const REFUSED: readonly (readonly [readonly string[], RegExp])[] = [
  [["search", "--limit", "0"], /"0" for --limit: expected a whole number of at least 1/],
  [["search", "--exit", "maybe"], /"maybe" for --exit: expected a number, ok, failed or unknown/],
  [["search", "--since", "soon"], /"soon" for --since: expected a span such as/],
  [["stats", "--until", "1e3"], /"1e3" for --until: expected/],
  [["search", "--host", ""], /"" for --host: expected a name, not nothing/],
  [["search", "--format", "{comand}"], /"\{comand\}" in --format: there is no such field/],
  [
    ["p2p-sync", "--relay", "relay.example"],
    /"relay.example" for --relay: expected an address such/,
  ],
  [
    ["p2p-sync", "--trackers", "tracker.example:8850"],
    /"tracker.example:8850" for --trackers: exp/,
  ],
  [["p2p-sync", "--peers", "192.168.1.20"], /"192.168.1.20" for --peers: expected an address such/],
  [["p2p-sync", "--watch", "--listen", "8845"], /"8845" for --listen: expected an address such/],
  [["p2p-sync", "--log-level", "loud"], /"loud" for --log-level: expected "error" or "warn"/],
  [["p2p-sync", "--req-attempts", "0"], /"0" for --req-attempts: expected a whole number from 1/],
  [["p2p-serve", "--listen", "/ip4/1.2.3/tcp/1"], /"\/ip4\/1.2.3\/tcp\/1" for --listen: expected/],
  [["p2p-serve", "--metrics-bind", "9099"], /"9099" for --metrics-bind: expected host:port/],
  [["relay-serve", "--listen", "/udp/1"], /"\/udp\/1" for --listen: expected/],
  [["tracker-serve", "--bind", "8850"], /"8850" for --bind: expected host:port/],
  [["init", "--trackers", "tracker"], /"tracker" for --trackers: expected a URL such as/],
  [["init", "--relay", "/dns4/x/tcp/1"], /"\/dns4\/x\/tcp\/1" for --relay: expected/],
  [["pair", "--ssh", "-oProxyCommand=x"], /--ssh needs a value/],
  [["pair", "--ssh=-oProxyCommand=x"], /"-oProxyCommand=x" for --ssh: expected user@host/],
  [["config", "set", "trackers", "tracker"], /"tracker" for trackers: expected a URL such as/],
  [["config", "set", "p2p_listen", "8845"], /"8845" for p2p_listen: expected an address such/],
  [["config", "set", "auto_prune", "perhaps"], /auto_prune to "perhaps": expected true or false/],
  [["config", "sett", "user_id", "x"], /no `rr config sett`\nhint: Did you mean `rr config set`\?/],
  [["devices", "renam", "x"], /no `rr devices renam`\nhint: Did you mean `rr devices rename`\?/],
  [["config", "set", "search_limit_default", "-3"], /"-3": expected a whole number of at least 1/],
  [["config", "set", "device_id", "a\nb"], /device_id to "a\\nb": expected a name of visible/],
  [["config"], /`rr config` needs one of these after it: get, set, unset, list, path/],
  [["config", "reset", "user_id"], /Did you mean `rr config unset`\?/],
  [["init", "--device-id", "a\nb"], /"a\\nb" for --device-id: expected a name of visible/],
  [["init", "--user-id", ""], /"" for --user-id: expected a name of visible/],
  [["import", "zsh"], /Unexpected word "zsh", did you mean --from zsh\?/],
  [["import", "~/.zsh_history"], /did you mean --path ~\/.zsh_history\?/],
  [["hook", "fish"], /Unexpected word "fish", did you mean --shell fish\?/],
  [["devices", "remove", "x"], /Did you mean `rr devices forget`\?/],
  [["devices", "forget", "a", "b"], /takes one device at a time/],
  [["hub", "install", "--host", "x:8850"], /"x:8850" as the hub's name\nhint: .*--tracker-port/],
  [["hub", "install", "--host", "x", "--url", "y"], /"y" for --url: expected a URL such as/],
  [["hub", "install"], /--host is missing/],
  [["hub", "start"], /Did you mean `rr hub run`\?/],
  [["pair", "7-guitar-planet", "--at", ":"], /--at ":": expected host or host:port/],
  [["pair", "7-guitar-planet", "--at", "http://"], /expected http:\/\/host:port/],
  [["--db-path"], /--db-path needs a file, and a command behind it/],
  [["--db-path", "x.db"], /--db-path needs a file, and a command behind it/],
  [["--verson"], /no option "--verson"\nhint: Did you mean `rr --version`\?/],
  [["-v"], /Did you mean `rr --version`\?/],
  [["join", "7-guitar-planet"], /no command "join"\nhint: Did you mean `rr pair`\?/],
  [["init", "zsh"], /Unexpected word "zsh", did you mean `rr hook --shell zsh`\?/],
  [["import", "auto"], /Unexpected word "auto", did you mean `rr import`\?/],
  [["setup", "--shell", "zsh"], /There is no option --shell\nhint/],
  [["setup", "--hlep"], /no option --hlep, did you mean --help\?/],
  [["status", "--full"], /no option --full, did you mean --verbose\?/],
  [["search", "-n0"], /"0" for --limit: expected a whole number of at least 1/],
  [["hub", "stats"], /no `rr hub stats`\nhint: Did you mean `rr hub status`\?/],
  [["pause", "now"], /Unexpected word "now"/],
  [["service", "log"], /no `rr service log`\nhint: Did you mean `rr service logs`\?/],
];

Deno.test("what a command refuses is named with its option and value, and nothing is written", async () => {
  using world = annsWorld();
  for (const [line, message] of REFUSED) {
    const ran = await rr(world, ...line);
    assert.match(ran.err, message);
    assertClear(ran, "", `rr ${line.join(" ")}`);
  }
  assert.deepEqual([...Deno.readDirSync(world.home)], []);
});

Deno.test("a tracker's URL is named without the password in it", async () => {
  using world = annsWorld();
  const { err } = await rr(
    world,
    "p2p-sync",
    "--trackers",
    "ftp://ann:pass@tracker.example/?k=pass",
  );
  assert.match(err, /"ftp:\/\/tracker\.example\/" for --trackers/);
  assert.doesNotMatch(err, /pass/);
});

const CONTRADICTIONS: readonly (readonly [readonly string[], RegExp])[] = [
  [["search", "--json", "--format", "x"], /--json and --format contradict each other: give one/],
  [["search", "--long", "--json"], /--json and --long contradict each other/],
  [["search", "-i", "--json"], /--json and --interactive contradict each other/],
  [["search", "--query", "x"], /--query means nothing without --interactive/],
  [["search", "--widget"], /--widget means nothing without --interactive/],
  [["delete", "--status", "--finish"], /--status and --finish contradict each other/],
  [["delete", "--finish", "--dry-run"], /--dry-run and --finish contradict each other/],
  [["delete", "--status", "docker"], /--status takes nothing to delete, but there is "docker"/],
  [["delete", "--finish", "--since", "1h"], /--finish takes nothing to delete, .*--since/],
  [["record", "--cmd", "a", "--cmd-file", "b"], /both --cmd and --cmd-file/],
];

Deno.test("options that contradict each other are refused, not dropped", async () => {
  using world = annsWorld();
  for (const [line, message] of CONTRADICTIONS) {
    const ran = await rr(world, ...line);
    assert.match(ran.err, message);
    assertClear(ran, "--", `rr ${line.join(" ")}`);
  }
});

Deno.test("a question about a history that is not there makes none, and says so", async () => {
  using world = annsWorld();
  const path = `${world.home}/typo/x.db`;
  for (
    const [line, code] of [
      [["search"], 1],
      [["search", "--json", "x"], 1],
      [["stats"], 0],
      [["stats", "--json"], 0],
      [["prune", "--older-than-days", "5"], 0],
      [["delete", "--yes", "x"], 1],
      [["delete", "--status"], 0],
      [["delete", "--finish"], 0],
      [["devices", "forget", "x"], 1],
    ] as const
  ) {
    const ran = await rr(world, "--db-path", path, ...line);
    const what = `rr ${line.join(" ")}: ${ran.err}`;
    assert.equal(ran.code, code, what);
    assert.match(
      ran.err,
      /^warn: there is no history at .*x\.db: `rr record` and `rr import` begin/,
    );
  }
  assert.match((await rr(world, "search")).err, /history\.db: `rr setup` begins one/);
  assert.doesNotMatch((await rr(world, "stats")).err, /no command is recorded yet/, "said once");
  assert.equal(Array.from(Deno.readDirSync(world.home)).length, 0);
  await rr(world, "init");
  assert.match((await rr(world, "search")).err, /: the first command of a new terminal begins one/);
});

Deno.test("rr pause and rr resume without the hook say what they need", async () => {
  using world = annsWorld();
  for (const verb of ["pause", "resume"]) {
    const { code, err } = await rr(world, verb);
    assert.equal(code, 1);
    assert.match(
      err,
      new RegExp(`^error: Cannot ${verb} recording: the hook is not loaded in this`),
    );
  }
});

Deno.test("a verb refuses the options and words of other verbs, and says whose they are", async () => {
  using world = annsWorld();
  let tried = 0;
  for (const name of NAMES) {
    const command = await load(name);
    const isVerb = command.words?.kind === "tuple" &&
      command.words.parameters[0]?.placeholder === "verb";
    assert.equal(command.verbs !== undefined, isVerb, `rr ${name} tells which option is whose`);
    for (const [verb, spec] of Object.entries(command.verbs ?? {})) {
      for (const [flag, flagSpec] of Object.entries(command.flags)) {
        const option = optionName(flag);
        const given = flagSpec.kind === "boolean" ? option : `${option}=${someValue(flagSpec)}`;
        const isTaken = flag === "dbPath" || spec.flags?.includes(flag);
        assert.equal(notOfVerb(command, [verb, given]), !isTaken, `rr ${name} ${verb} ${given}`);
        if (isTaken) continue;
        tried++;
        const ran = await rr(world, name, verb, given);
        assertClear(ran, `\`rr ${name} ${verb}\` does not take ${option}: it is for`, given);
      }
      if (spec.words === undefined) continue;
      const ran = await rr(world, name, verb, ...Array(spec.words).fill("7-guitar-planet"), "word");
      assertClear(ran, 'Unexpected word "word"', `rr ${name} ${verb}`);
    }
  }
  assert.ok(tried > 50, `${tried}`);
  assert.deepEqual([...Deno.readDirSync(world.home)], [], "a refused line writes nothing");
});

function notOfVerb(command: CliCommand, line: readonly string[]): boolean {
  try {
    readLine(command, line);
    return false;
  } catch (error) {
    if (!(error instanceof LineError)) throw error;
    return error.fault.kind === "not-of-verb";
  }
}
