/** Settings from a made-up file and environment. */
import { loadSettings } from "../../src/config/load.ts";
import type { SettingFlags } from "../../src/config/settings.ts";
import { SETTING_NAMES, type SettingName } from "../../src/config/schema.ts";
import type { FakeWorld } from "../fakes/fake_world.ts";

/** For each setting: what to write on the flag, in the environment and in the file, and what it means. */
export const VALUES: {
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

export interface Given {
  readonly config?: string;
  readonly env?: Record<string, string>;
  readonly flags?: SettingFlags;
  readonly hostname?: string | undefined;
  readonly lenient?: boolean;
  readonly needs?: readonly SettingName[];
}

export function load(given: Given): { settings: ReturnType<typeof loadSettings> } {
  const env: Record<string, string> = { HOME: "/home/me", ...given.env };
  const world = {
    env: (name: string): string | undefined => env[name]?.trim() === "" ? undefined : env[name],
    hostname: (): string | undefined => "hostname" in given ? given.hostname : "laptop",
    files: filesWith(given.config),
  };
  const { flags, lenient = false, needs = SETTING_NAMES } = given;
  return { settings: loadSettings(world, flags, { lenient, needs }) };
}

export function filesWith(config: string | undefined): FakeWorld["files"] {
  return {
    readText: (path: string) => path.endsWith("/config.toml") ? config : undefined,
  } as FakeWorld["files"];
}

export function text(
  flag: string,
  env: string,
  file: string,
  wants: readonly [unknown, unknown, unknown] = [flag, env, file],
): typeof VALUES[SettingName] {
  return { flag, env, file: JSON.stringify(file), wants };
}

export function number(): typeof VALUES[SettingName] {
  return { flag: "41", env: "42", file: "43", wants: [41, 42, 43] };
}

export function list(lead = ""): typeof VALUES[SettingName] {
  const of = (...names: string[]): string[] => names.map((name) => lead + name);
  return {
    flag: of("f1", " f2 "),
    env: of("e1", "e2").join(" , ") + ",",
    file: JSON.stringify(of("c1", "c2")),
    wants: [of("f1", " f2").map((x) => x.trim()), of("e1", "e2"), of("c1", "c2")],
  };
}
