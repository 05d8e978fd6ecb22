/** What loadSettings() refuses, and what it goes on without. */
import assert from "node:assert/strict";
import { RrError } from "../../src/base/rr_error.ts";
import { loadSettings } from "../../src/config/load.ts";
import { FakeWorld } from "../fakes/fake_world.ts";
import { filesWith, load } from "./_load.ts";

Deno.test("loadSettings(): bad values are errors that name flag, variable or key", () => {
  const bad: [Parameters<typeof load>[0], RrError["code"], RegExp][] = [
    [{ flags: { searchLimit: "0" } }, "usage", /"0" for --limit: .*at least 1/],
    [{ flags: { searchLimit: "5x" } }, "usage", /--limit/],
    [{ flags: { logLevel: "loud" } }, "usage", /--log-level: expected "error" or "warn"/],
    [
      { env: { RUSTORY_AUTO_PRUNE: "perhaps" } },
      "config",
      /variable RUSTORY_AUTO_PRUNE: .*true or false/,
    ],
    [{ env: { RUSTORY_AUTO_PRUNE_DAYS: "0" } }, "config", /RUSTORY_AUTO_PRUNE_DAYS: .*1 to 36500/],
    [{ env: { RUSTORY_ASYNC_UPLOAD_LIMIT: "1.5" } }, "config", /RUSTORY_ASYNC_UPLOAD_LIMIT/],
    [{ env: { RUSTORY_P2P_REQUEST_TIMEOUT_BASE_SEC: "0" } }, "config", /TIMEOUT_BASE_SEC/],
    [{ config: "user_id = 5" }, "config", /key user_id of the config ".*config\.toml": .*quotes/],
    [{ config: "p2p_request_attempts = -1" }, "config", /p2p_request_attempts/],
    [{ config: 'p2p_request_attempts = "3"' }, "config", /p2p_request_attempts/],
    [{ config: "search_limit_default = 1.5" }, "config", /search_limit_default/],
    [{ config: "trackers = [1]" }, "config", /trackers/],
    [{ config: "auto_prune = 1" }, "config", /auto_prune.*true or false/],
  ];
  for (const [given, code, message] of bad) {
    assert.throws(() => load(given), (error) => {
      assert.ok(error instanceof RrError);
      assert.equal(error.code, code);
      assert.match(error.message, message);
      if (code === "config") assert.ok(error.hint);
      return true;
    });
  }
  assert.throws(
    () => load({ config: "tracker_token = 123456" }),
    (error) => error instanceof RrError && !error.message.includes("123456"),
  );
});

Deno.test("loadSettings() says where a syntax error is and what to do", () => {
  assert.throws(
    () => load({ config: 'user_id = "me"\ntrackers = [\n  "a",\n  oops\n]\n' }),
    (error) =>
      error instanceof RrError && error.code === "config" &&
      /Cannot read the config ".*config\.toml", line 4, column 3: \S/.test(error.message) &&
      /rr init --force/.test(error.hint!),
  );
});

Deno.test("loadSettings() lenient goes on with what can be made out, and lists the rest", () => {
  const { settings } = load({
    config: [
      'db_path = "~/other.db"',
      'user_id = "me', // not closed
      'record_ignore_regex = "(?i)secret"',
      "search_limit_default = 0",
      "[table]",
      'device_id = "not at the top"',
    ].join("\n"),
    env: { RUSTORY_AUTO_PRUNE: "perhaps", USER: "ann" },
    lenient: true,
  });
  assert.equal(settings.dbPath, "/home/me/other.db");
  assert.equal(settings.userId, "ann");
  assert.equal(settings.recordIgnoreRegex, "(?i)secret");
  assert.equal(settings.searchLimit, 100_000);
  assert.equal(settings.deviceId, "laptop");
  assert.deepEqual(settings.problems.map((p) => p.kind), ["syntax", "value", "value"]);
  assert.match(settings.problems[0]!.message, /line 2/);
});

Deno.test("loadSettings(): what a command does not need cannot stop it", () => {
  const env = { RUSTORY_AUTO_PRUNE: "perhaps" };
  const { settings } = load({ env, needs: ["dbPath"] });
  assert.equal(settings.problems.length, 1);
  assert.throws(() => load({ env, needs: ["autoPrune"] }), /RUSTORY_AUTO_PRUNE/);
  assert.throws(() => load({ config: "oops", needs: [] }), /line 1/);
});

Deno.test("loadSettings() lists unknown keys with what was probably meant, and goes on", () => {
  const { settings } = load({ config: "user_idd = 'x'\nrecord_ingore_regex = 'y'\nzzz = 1\n" });
  assert.deepEqual(settings.problems.map((p) => p.kind), Array(3).fill("unknown-key"));
  assert.match(settings.problems[0]!.message, /unknown key "user_idd"/);
  assert.equal(settings.problems[0]!.hint, "Did you mean user_id?");
  assert.equal(settings.problems[1]!.hint, "Did you mean record_ignore_regex?");
  assert.doesNotMatch(settings.problems[2]!.hint, /Did you mean/);
});

Deno.test("loadSettings() without a home says what to do", () => {
  const world = { env: () => undefined, hostname: () => "h", files: filesWith(undefined) };
  assert.throws(
    () => loadSettings(world as unknown as FakeWorld),
    (error) => error instanceof RrError && error.code === "config" && /HOME/.test(error.hint!),
  );
});

Deno.test("loadSettings() takes a list as text the way the file has it, and none that is half one", () => {
  const dirs = (text: string): readonly string[] =>
    load({ env: { RUSTORY_RECORD_IGNORE_DIRS: text } }).settings.recordIgnoreDirs;
  assert.deepEqual(dirs("~/x, /y"), ["/home/me/x", "/y"]);
  assert.deepEqual(dirs('["~/x", "/y, z"]'), ["/home/me/x", "/y, z"]);
  assert.deepEqual(dirs("[]"), []);
  // A folder of that name would ignore nothing.
  for (const text of ["[~/x]", '["a", 1]', "['/x']"]) {
    assert.throws(
      () => dirs(text),
      (error) => error instanceof RrError && /a list/.test(error.message),
    );
  }
});

Deno.test("loadSettings() reports a config that may not be read", () => {
  using world = new FakeWorld();
  Deno.mkdirSync(`${world.home}/.config/rustory/config.toml`, { recursive: true });
  assert.throws(
    () => loadSettings(world),
    (error) => error instanceof RrError && /config\.toml/.test(error.message),
  );
  assert.equal(loadSettings(world, {}, { lenient: true }).problems[0]!.kind, "syntax");
});
