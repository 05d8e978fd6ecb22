import assert from "node:assert/strict";
import {
  compareConfigs,
  type DaemonConfig,
  daemonConfigOf,
} from "../../../src/app/daemon/daemon_config.ts";
import { loadSettings } from "../../../src/config/load.ts";
import { FakeWorld } from "../../fakes/fake_world.ts";

const FLAGS = { mode: "watch", limit: 1000, push: true, noServe: false, intervalSec: 60 } as const;

function configWith(env: Record<string, string> = {}): DaemonConfig {
  using world = new FakeWorld({ env: { HOME: "/nowhere", RUSTORY_DEVICE_ID: "laptop", ...env } });
  return daemonConfigOf(loadSettings(world), FLAGS);
}

Deno.test("compareConfigs() finds no change in equal settings", () => {
  const { applies, needsRestart } = compareConfigs(configWith(), configWith());
  assert.deepEqual({ applies, needsRestart }, { applies: false, needsRestart: [] });
});

Deno.test("compareConfigs() applies what a new session can take over", () => {
  const after = configWith({
    RUSTORY_TRACKERS: "http://tracker.example",
    RUSTORY_DEVICE_ID: "desk",
  });
  const change = compareConfigs(configWith(), after);
  assert.deepEqual({ ...change }, { applies: true, needsRestart: [], config: after });
});

Deno.test("compareConfigs() keeps what needs a restart, and names it", () => {
  const before = configWith();
  const after = configWith({
    RUSTORY_DB_PATH: "/elsewhere/history.db",
    RUSTORY_LOG_LEVEL: "debug",
    RUSTORY_LOG_FORMAT: "json",
    RUSTORY_METRICS_BIND: "127.0.0.1:9099",
  });
  const { applies, needsRestart, config } = compareConfigs(before, after);
  assert.deepEqual(needsRestart, ["db_path", "metrics_bind", "log_level", "log_format"]);
  assert.equal(applies, false);
  assert.deepEqual(config, before);
});

Deno.test("daemonConfigOf() takes an interval of 0 for 1 s, as the original", () => {
  using world = new FakeWorld();
  assert.equal(daemonConfigOf(loadSettings(world), { ...FLAGS, intervalSec: 0 }).intervalMs, 1000);
});
