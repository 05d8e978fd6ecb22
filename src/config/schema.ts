/** Every setting of rr: its type, where it may be set, and what it is otherwise. */
import type { DeviceId } from "../history/entry.ts";
import { checkColumns, COLUMN_NAMES, parseBindings, parseHeight } from "../picker/choices.ts";
import { parsePartStyles } from "../picker/render/style.ts";
import { BOOLEAN, integer, type Kind, LIST, oneOf, PATH, PATHS, someOf, TEXT } from "./kinds.ts";
import { checkedList, checkedTextOrNumber } from "./kinds.ts";
import { configFolder, type ReadEnv } from "./paths.ts";

/** The values of all settings. Paths have their `~` expanded. */
export interface SettingValues {
  /** The history database. */
  readonly dbPath: string;
  /** Whose history it is; devices of one user find each other by it. */
  readonly userId: string;
  /** This device, for recording and for syncing alike. */
  readonly deviceId: DeviceId;
  /** The name of the machine, as recorded with each command. */
  readonly hostname: string;
  /** Base URLs of the trackers. */
  readonly trackers: readonly string[];
  /** What we show to trackers. A secret. */
  readonly trackerToken: string | undefined;
  /** Multiaddrs of the relays. */
  readonly relays: readonly string[];
  /** Further relays: the original takes `relay_addr` for one text and refuses a config with a list. */
  readonly moreRelays: readonly string[];
  /** Multiaddrs of peers that are always tried. */
  readonly peers: readonly string[];
  readonly swarmKeyPath: string;
  readonly p2pIdentityKeyPath: string;
  readonly relayIdentityKeyPath: string;
  /** Multiaddrs on which the daemon takes connections. */
  readonly p2pListen: readonly string[];
  /** Whether the daemon neither takes nor makes direct connections, only relayed ones. */
  readonly p2pRelayOnly: boolean;
  /** Versions of the sync protocol that the daemon speaks. */
  readonly p2pProtocols: readonly string[];
  /** Whether to find and be found on the local network. */
  readonly lanDiscovery: boolean;
  /** The daemon waits a random time of up to this before its first round. */
  readonly p2pWatchStartJitterSec: number;
  /** Tries of one request to a peer. */
  readonly p2pRequestAttempts: number;
  /** Time for the first try; doubles with each further one. */
  readonly p2pRequestTimeoutBaseSec: number;
  /** Longest time for one try; never below the base. */
  readonly p2pRequestTimeoutCapSec: number;
  /** Pause after the first failed try; doubles with each further one. */
  readonly p2pRequestBackoffBaseMs: number;
  /** Commands that match (the syntax of Rust's `regex`) are not recorded or imported. */
  readonly recordIgnoreRegex: string | undefined;
  /** Commands run in these folders or below are not recorded. */
  readonly recordIgnoreDirs: readonly string[];
  /** Whether commands that seem to hold a secret are left out. */
  readonly recordSecretsFilter: boolean;
  /** Whether the hooks leave out what the shell itself is told not to keep. */
  readonly recordFollowShell: boolean;
  /** Most entries that a search looks at or prints. */
  readonly searchLimit: number;
  /** What Enter does in the picker. */
  readonly searchEnter: "edit" | "run";
  /** Which picker `rr search -i` opens. */
  readonly searchUi: "builtin" | "fzf";
  /** How much of the screen the picker takes, as `picker/choices.ts` reads it. */
  readonly pickerHeight: string;
  /** Where one types in the picker, seen from its list. */
  readonly pickerPrompt: "top" | "bottom";
  /** What the picker shows beside commands; `none` for nothing. */
  readonly pickerColumns: readonly string[];
  /** How the query of the picker is edited. */
  readonly pickerEditing: "emacs" | "vim";
  /** Keys of the picker that are bound otherwise: `ctrl-f=page-down`. */
  readonly pickerKeys: readonly string[];
  readonly pickerTheme: "auto" | "dark" | "light" | "plain";
  /** Parts of the picker that look otherwise than in the theme: `match=bold green`. */
  readonly pickerColours: readonly string[];
  /** Whether the picker opens in a window of its own within tmux. */
  readonly pickerPopup: boolean;
  /** Whether a recorded command starts a sync in the background. */
  readonly asyncUpload: boolean;
  readonly asyncUploadIntervalSec: number;
  /** Most entries in one batch of such a sync. */
  readonly asyncUploadLimit: number;
  readonly asyncUploadMarkerPath: string;
  /** Whether old entries are removed after recording. */
  readonly autoPrune: boolean;
  readonly autoPruneDays: number;
  readonly autoPruneIntervalSec: number;
  readonly autoPruneKeepRecent: number;
  readonly autoPruneMarkerPath: string;
  /** Where `tracker-serve` listens. */
  readonly trackerBind: string;
  /** What `tracker-serve` asks its clients for. A secret. */
  readonly trackerServeToken: string | undefined;
  /** Multiaddrs on which `relay-serve` listens. */
  readonly relayListen: readonly string[];
  /** Where metrics are served; nowhere if unset. */
  readonly metricsBind: string | undefined;
  readonly logLevel: "error" | "warn" | "info" | "debug";
  readonly logFormat: "text" | "json";
}

/** The name of a setting in the program. */
export type SettingName = keyof SettingValues;

/** What a default may depend on. */
export interface Surroundings {
  readonly env: ReadEnv;
  readonly home: string;
  /** The machine's name as the kernel has it. */
  readonly hostname: string | undefined;
}

/** One setting: how it is read, where it may be set, and what it is otherwise. */
export interface SettingSpec<T> {
  readonly kind: Kind<NonNullable<T>>;
  /** The command-line flag, for messages; not every command has it. */
  readonly flag?: string;
  readonly env?: string;
  /** The key in the config file. */
  readonly key?: string;
  readonly fallback: (around: Surroundings) => T;
}

const DAY_SEC = 86_400;
// A century: above that a sum of times leaves what the database can hold.
const MOST_DAYS = 36_500;
// 100 tries of a capped time are hours; more can only be a mistake.
const MOST_ATTEMPTS = 100;
const DAY_MS = DAY_SEC * 1000;

/** The settings in the order in which they are explained. */
export const SETTINGS: { readonly [K in SettingName]: SettingSpec<SettingValues[K]> } = {
  dbPath: of(PATH, "db_path", ({ home }) => `${home}/.rustory/history.db`, "--db-path"),
  userId: of(TEXT, "user_id", ({ env }) => env("USER") ?? env("LOGNAME") ?? "unknown", "--user-id"),
  // Not HOSTNAME: some shells export it and a service manager does not, and then recording and
  // syncing would go under different names and nothing would ever be pushed.
  deviceId: of(
    TEXT as Kind<DeviceId>,
    "device_id",
    ({ hostname }) => (hostname ?? "unknown") as DeviceId,
    "--device-id",
  ),
  hostname: {
    kind: TEXT,
    flag: "--hostname",
    env: "HOSTNAME",
    fallback: ({ hostname }) => hostname ?? "unknown",
  },
  trackers: of(LIST, "trackers", () => [], "--trackers"),
  trackerToken: optional(TEXT, "tracker_token", "--tracker-token"),
  relays: of(LIST, "relay_addr", () => [], "--relay"),
  moreRelays: of(LIST, "more_relays", () => []),
  peers: of(LIST, "peers", () => [], "--peers"),
  swarmKeyPath: of(PATH, "swarm_key_path", inConfig("swarm.key"), "--swarm-key"),
  p2pIdentityKeyPath: of(PATH, "p2p_identity_key_path", inConfig("identity.key"), "--identity-key"),
  relayIdentityKeyPath: of(
    PATH,
    "relay_identity_key_path",
    inConfig("relay.key"),
    "--identity-key",
  ),
  p2pListen: of(
    LIST,
    "p2p_listen",
    () => ["/ip4/0.0.0.0/tcp/8845", "/ip6/::/tcp/8845"],
    "--listen",
  ),
  p2pRelayOnly: of(BOOLEAN, "p2p_relay_only", () => false, "--relay-only"),
  p2pProtocols: of(someOf("1", "2"), "p2p_protocols", () => ["1", "2"]),
  lanDiscovery: of(BOOLEAN, "lan_discovery", () => true),
  p2pWatchStartJitterSec: of(
    integer(0, DAY_SEC),
    "p2p_watch_start_jitter_sec",
    () => 0,
    "--start-jitter-sec",
  ),
  p2pRequestAttempts: of(
    integer(1, MOST_ATTEMPTS),
    "p2p_request_attempts",
    () => 3,
    "--req-attempts",
  ),
  p2pRequestTimeoutBaseSec: of(
    integer(1, DAY_SEC),
    "p2p_request_timeout_base_sec",
    () => 5,
    "--req-timeout-base-sec",
  ),
  p2pRequestTimeoutCapSec: of(
    integer(1, DAY_SEC),
    "p2p_request_timeout_cap_sec",
    () => 30,
    "--req-timeout-cap-sec",
  ),
  p2pRequestBackoffBaseMs: of(
    integer(0, DAY_MS),
    "p2p_request_backoff_base_ms",
    () => 200,
    "--req-backoff-base-ms",
  ),
  recordIgnoreRegex: optional(TEXT, "record_ignore_regex"),
  recordIgnoreDirs: of(PATHS, "record_ignore_dirs", () => []),
  recordSecretsFilter: of(BOOLEAN, "record_secrets_filter", () => true),
  recordFollowShell: of(BOOLEAN, "record_follow_shell", () => true),
  searchLimit: {
    kind: integer(1),
    flag: "--limit",
    env: "RUSTORY_SEARCH_LIMIT",
    key: "search_limit_default",
    fallback: () => 100_000,
  },
  searchEnter: of(oneOf("edit", "run"), "search_enter", () => "edit"),
  searchUi: of(oneOf("builtin", "fzf"), "search_ui", () => "builtin"),
  pickerHeight: of(checkedTextOrNumber(parseHeight), "picker_height", () => "70%"),
  pickerPrompt: of(oneOf("top", "bottom"), "picker_prompt", () => "top"),
  pickerColumns: of(checkedList(checkColumns), "picker_columns", () => COLUMN_NAMES),
  pickerEditing: of(oneOf("emacs", "vim"), "picker_editing", () => "emacs"),
  pickerKeys: of(checkedList(parseBindings), "picker_keys", () => []),
  pickerTheme: of(oneOf("auto", "dark", "light", "plain"), "picker_theme", () => "auto"),
  pickerColours: of(checkedList(parsePartStyles), "picker_colours", () => []),
  pickerPopup: of(BOOLEAN, "picker_popup", () => false),
  asyncUpload: of(BOOLEAN, "async_upload", () => false),
  asyncUploadIntervalSec: of(integer(1), "async_upload_interval_sec", () => 15),
  asyncUploadLimit: of(integer(1), "async_upload_limit", () => 200),
  asyncUploadMarkerPath: of(PATH, "async_upload_marker_path", inConfig("async-upload.last")),
  autoPrune: of(BOOLEAN, "auto_prune", () => false),
  autoPruneDays: of(integer(1, MOST_DAYS), "auto_prune_days", () => 180),
  autoPruneIntervalSec: of(integer(1), "auto_prune_interval_sec", () => DAY_SEC),
  autoPruneKeepRecent: of(integer(0), "auto_prune_keep_recent", () => 0),
  autoPruneMarkerPath: of(PATH, "auto_prune_marker_path", inConfig("auto-prune.last")),
  trackerBind: of(TEXT, "tracker_bind", () => "0.0.0.0:8850", "--bind"),
  trackerServeToken: optional(TEXT, "tracker_serve_token", "--token"),
  relayListen: of(
    LIST,
    "relay_listen",
    () => ["/ip4/0.0.0.0/tcp/4001", "/ip6/::/tcp/4001"],
    "--listen",
  ),
  metricsBind: optional(TEXT, "metrics_bind", "--metrics-bind"),
  logLevel: of(oneOf("error", "warn", "info", "debug"), "log_level", () => "info", "--log-level"),
  logFormat: of(oneOf("text", "json"), "log_format", () => "text", "--log-format"),
};

/** The names of all settings. */
export const SETTING_NAMES: readonly SettingName[] = Object.keys(SETTINGS) as SettingName[];

/** The keys that the config file may have. */
export function knownKeys(): string[] {
  return SETTING_NAMES.map((name) => SETTINGS[name].key).filter((key) => key !== undefined);
}

// Nearly every variable is named after the key.
function of<V>(
  kind: Kind<V>,
  key: string,
  fallback: (around: Surroundings) => NoInfer<V>,
  flag?: string,
): SettingSpec<V> {
  const env = `RUSTORY_${key.toUpperCase()}`;
  const spec = { kind: kind as Kind<NonNullable<V>>, key, env, fallback };
  return flag === undefined ? spec : { ...spec, flag };
}

function optional<V>(kind: Kind<V>, key: string, flag?: string): SettingSpec<V | undefined> {
  const spec: SettingSpec<V> = of(kind, key, () => undefined as V, flag);
  return spec as unknown as SettingSpec<V | undefined>;
}

function inConfig(name: string): (around: Surroundings) => string {
  return ({ home }) => `${configFolder(home)}/${name}`;
}
