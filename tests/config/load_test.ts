import assert from "node:assert/strict";
import { RrError } from "../../src/base/rr_error.ts";
import { loadSettings } from "../../src/config/load.ts";
import type { SettingFlags } from "../../src/config/settings.ts";
import { SETTING_NAMES, type SettingName, SETTINGS } from "../../src/config/schema.ts";
import { FakeWorld } from "../fakes/fake_world.ts";

/** For each setting: what to write on the flag, in the environment and in the file, and what it means. */
const VALUES: {
  readonly [K in SettingName]: {
    readonly flag: string | readonly string[];
    readonly env: string;
    readonly file: string;
    readonly wants: readonly [flag: unknown, env: unknown, file: unknown];
  };
} = {
  dbPath: text("/f.db", "~/e.db", "~/c.db", ["/f.db", "/home/me/e.db", "/home/me/c.db"]),
  userId: text("f", "e", "c"),
  deviceId: text("f", "e", "c"),
  hostname: text("f", "e", ""),
  trackers: list(),
  trackerToken: text("f", "e", "c"),
  relays: list(),
  moreRelays: list(),
  peers: list(),
  swarmKeyPath: text("/f", "/e", "/c"),
  p2pIdentityKeyPath: text("/f", "/e", "/c"),
  relayIdentityKeyPath: text("/f", "/e", "/c"),
  p2pListen: list(),
  p2pRelayOnly: { flag: "1", env: "off", file: "true", wants: [true, false, true] },
  p2pProtocols: {
    flag: "1",
    env: "1,2",
    file: '["2"]',
    wants: [["1"], ["1", "2"], ["2"]],
  },
  lanDiscovery: { flag: "0", env: "on", file: "false", wants: [false, true, false] },
  p2pWatchStartJitterSec: number(),
  p2pRequestAttempts: number(),
  p2pRequestTimeoutBaseSec: number(),
  p2pRequestTimeoutCapSec: number(),
  p2pRequestBackoffBaseMs: number(),
  recordIgnoreRegex: text("f", "e", "c"),
  recordIgnoreDirs: list("/"),
  recordSecretsFilter: { flag: "no", env: "ON", file: "false", wants: [false, true, false] },
  recordFollowShell: { flag: "no", env: "ON", file: "false", wants: [false, true, false] },
  searchLimit: number(),
  searchEnter: text("run", "EDIT", "run", ["run", "edit", "run"]),
  searchUi: text("fzf", "builtin", "fzf"),
  pickerHeight: { flag: "full", env: "40%", file: "15", wants: ["full", "40%", "15"] },
  pickerPrompt: text("bottom", "TOP", "bottom", ["bottom", "top", "bottom"]),
  pickerColumns: {
    flag: "none",
    env: "time, exit",
    file: '["host"]',
    wants: [["none"], ["time", "exit"], ["host"]],
  },
  pickerEditing: text("vim", "emacs", "vim"),
  pickerKeys: {
    flag: "f5=none",
    env: "ctrl-f=page-down, f12=run",
    file: '["alt-x=delete"]',
    wants: [["f5=none"], ["ctrl-f=page-down", "f12=run"], ["alt-x=delete"]],
  },
  pickerTheme: text("dark", "light", "plain"),
  pickerColours: {
    flag: "match=green",
    env: "match=bold 208, dim=plain",
    file: '["failed=#ff0000"]',
    wants: [["match=green"], ["match=bold 208", "dim=plain"], ["failed=#ff0000"]],
  },
  pickerPopup: { flag: "1", env: "0", file: "true", wants: [true, false, true] },
  asyncUpload: { flag: "1", env: "off", file: "true", wants: [true, false, true] },
  asyncUploadIntervalSec: number(),
  asyncUploadLimit: number(),
  asyncUploadMarkerPath: text("/f", "/e", "/c"),
  autoPrune: { flag: "1", env: "0", file: '"yes"', wants: [true, false, true] },
  autoPruneDays: number(),
  autoPruneIntervalSec: number(),
  autoPruneKeepRecent: number(),
  autoPruneMarkerPath: text("/f", "/e", "/c"),
  trackerBind: text("f:1", "e:1", "c:1"),
  trackerServeToken: text("f", "e", "c"),
  relayListen: list(),
  metricsBind: text("f:1", "e:1", "c:1"),
  logLevel: text("error", "warn", "debug"),
  logFormat: text("json", "text", "json"),
};

Deno.test("loadSettings() takes flag before environment before file before default", () => {
  const defaults = load({}).settings;
  for (const name of SETTING_NAMES) {
    const { env, key } = SETTINGS[name];
    const { flag, env: envText, file, wants } = VALUES[name];
    const config = key === undefined ? "" : `${key} = ${file}`;
    const environment: Record<string, string> = env === undefined ? {} : { [env]: envText };
    const flags = { [name]: flag } as SettingFlags;
    const seen = [
      load({ config, env: environment, flags }),
      load({ config, env: environment }),
      load({ config }),
    ];
    assert.deepEqual(seen[0]!.settings[name], wants[0], `${name} from the flag`);
    assert.equal(seen[0]!.settings.origins[name].source, "flag");
    assert.deepEqual(seen[1]!.settings[name], wants[1], `${name} from ${env}`);
    assert.deepEqual(seen[1]!.settings.origins[name], { source: "env", name: env });
    if (key === undefined) continue;
    assert.deepEqual(seen[2]!.settings[name], wants[2], `${name} from the key ${key}`);
    assert.deepEqual(seen[2]!.settings.origins[name], { source: "config", name: key });
    assert.equal(defaults.origins[name].source, "default");
  }
});

Deno.test("loadSettings() has the original's keys, variables and defaults", () => {
  const { settings } = load({ env: { USER: "ann" } });
  assert.equal(settings.dbPath, "/home/me/.rustory/history.db");
  assert.equal(settings.configPath, "/home/me/.config/rustory/config.toml");
  assert.equal(settings.userId, "ann");
  assert.equal(settings.swarmKeyPath, "/home/me/.config/rustory/swarm.key");
  assert.equal(settings.p2pIdentityKeyPath, "/home/me/.config/rustory/identity.key");
  assert.equal(settings.relayIdentityKeyPath, "/home/me/.config/rustory/relay.key");
  assert.equal(settings.searchLimit, 100_000);
  assert.deepEqual(
    [
      settings.p2pRequestAttempts,
      settings.p2pRequestTimeoutBaseSec,
      settings.p2pRequestTimeoutCapSec,
      settings.p2pRequestBackoffBaseMs,
      settings.p2pWatchStartJitterSec,
    ],
    [3, 5, 30, 200, 0],
  );
  assert.deepEqual(
    [settings.asyncUpload, settings.asyncUploadIntervalSec, settings.asyncUploadLimit],
    [false, 15, 200],
  );
  assert.equal(settings.asyncUploadMarkerPath, "/home/me/.config/rustory/async-upload.last");
  assert.deepEqual(
    [
      settings.autoPrune,
      settings.autoPruneDays,
      settings.autoPruneIntervalSec,
      settings.autoPruneKeepRecent,
    ],
    [false, 180, 86_400, 0],
  );
  assert.equal(settings.autoPruneMarkerPath, "/home/me/.config/rustory/auto-prune.last");
  assert.equal(settings.configExists, false);
  for (const name of SETTING_NAMES) {
    const { env, key } = SETTINGS[name];
    if (name === "searchLimit" || key === undefined) continue;
    assert.equal(env, `RUSTORY_${key.toUpperCase()}`);
  }
});

Deno.test("loadSettings(): one device id for all, from the kernel and not from HOSTNAME", () => {
  const env = { HOSTNAME: "from-the-shell" };
  assert.equal(load({ env }).settings.deviceId, "laptop");
  assert.equal(load({ env }).settings.hostname, "from-the-shell");
  assert.equal(load({}).settings.hostname, "laptop");
  assert.equal(load({ hostname: undefined }).settings.deviceId, "unknown");
  assert.equal(load({ hostname: "" }).settings.deviceId, "unknown");
});

Deno.test("loadSettings() trims values and takes blank ones for unset", () => {
  const blank = load({
    config: 'user_id = "  "\ntrackers = ["", " "]\nasync_upload = ""',
    env: { RUSTORY_USER_ID: "   ", USER: "ann", RUSTORY_SEARCH_LIMIT: " 7 " },
    flags: { deviceId: "  ", dbPath: " /x.db " },
  }).settings;
  assert.equal(blank.userId, "ann");
  assert.deepEqual(blank.trackers, []);
  assert.equal(blank.asyncUpload, false);
  assert.equal(blank.searchLimit, 7);
  assert.equal(blank.deviceId, "laptop");
  assert.equal(blank.dbPath, "/x.db");
});

Deno.test("loadSettings(): an empty list given as a flag hides the others", () => {
  const { settings } = load({ config: 'trackers = ["http://t"]', flags: { trackers: [""] } });
  assert.deepEqual(settings.trackers, []);
  assert.equal(settings.origins.trackers.source, "flag");
});

Deno.test("loadSettings() raises the time-out cap to the base", () => {
  const { settings } = load({ flags: { p2pRequestTimeoutBaseSec: "40" } });
  assert.equal(settings.p2pRequestTimeoutCapSec, 40);
});

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

interface Given {
  readonly config?: string;
  readonly env?: Record<string, string>;
  readonly flags?: SettingFlags;
  readonly hostname?: string | undefined;
  readonly lenient?: boolean;
  readonly needs?: readonly SettingName[];
}

function load(given: Given): { settings: ReturnType<typeof loadSettings> } {
  const env: Record<string, string> = { HOME: "/home/me", ...given.env };
  const world = {
    env: (name: string): string | undefined => env[name]?.trim() === "" ? undefined : env[name],
    hostname: (): string | undefined => "hostname" in given ? given.hostname : "laptop",
    files: filesWith(given.config),
  };
  const { flags, lenient = false, needs = SETTING_NAMES } = given;
  return { settings: loadSettings(world, flags, { lenient, needs }) };
}

function filesWith(config: string | undefined): FakeWorld["files"] {
  return {
    readText: (path: string) => path.endsWith("/config.toml") ? config : undefined,
  } as FakeWorld["files"];
}

function text(
  flag: string,
  env: string,
  file: string,
  wants: readonly [unknown, unknown, unknown] = [flag, env, file],
): typeof VALUES[SettingName] {
  return { flag, env, file: JSON.stringify(file), wants };
}

function number(): typeof VALUES[SettingName] {
  return { flag: "41", env: "42", file: "43", wants: [41, 42, 43] };
}

function list(lead = ""): typeof VALUES[SettingName] {
  const of = (...names: string[]): string[] => names.map((name) => lead + name);
  return {
    flag: of("f1", " f2 "),
    env: of("e1", "e2").join(" , ") + ",",
    file: JSON.stringify(of("c1", "c2")),
    wants: [of("f1", " f2").map((x) => x.trim()), of("e1", "e2"), of("c1", "c2")],
  };
}

Deno.test("loadSettings() takes further relays from a key that the original does not know", () => {
  const config = 'relay_addr = "/a"\nmore_relays = ["/b", "/a", "/c"]';
  assert.deepEqual(load({ config }).settings.relays, ["/a", "/b", "/c"]);
  const env = { RUSTORY_RELAY_ADDR: "/x" };
  assert.deepEqual(load({ config, env }).settings.relays, ["/x"]);
});
