import assert from "node:assert/strict";
import type { SettingFlags } from "../../src/config/settings.ts";
import { SETTING_NAMES, SETTINGS } from "../../src/config/schema.ts";
import { load, VALUES } from "./_load.ts";

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

Deno.test("loadSettings() takes further relays from a key that the original does not know", () => {
  const config = 'relay_addr = "/a"\nmore_relays = ["/b", "/a", "/c"]';
  assert.deepEqual(load({ config }).settings.relays, ["/a", "/b", "/c"]);
  const env = { RUSTORY_RELAY_ADDR: "/x" };
  assert.deepEqual(load({ config, env }).settings.relays, ["/x"]);
});
