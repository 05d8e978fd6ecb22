/** The commented config file that `rr init` writes: what is set as values, all else as examples. */
import { SETTING_NAMES, SETTINGS } from "./schema.ts";

/** What a key of the file may hold. */
export type ConfigValue = string | number | boolean | readonly string[];

/** Keys and values for the file. */
export type ConfigValues = Readonly<Record<string, ConfigValue>>;

interface Line {
  readonly key: string;
  /** Why one would set it; each text is a line. */
  readonly why: readonly string[];
  /** Shown commented out where the key is not set: its default, or an example. */
  readonly example: ConfigValue;
}

const LINES: readonly (string | Line)[] = [
  "This device",
  line("db_path", "~/.rustory/history.db", "Where the history is kept."),
  line("user_id", "me", "Whose history it is: the same on all of your machines."),
  line(
    "device_id",
    "laptop",
    "The name of this machine: different on each, and never changed.",
  ),

  "Finding the other devices",
  line("trackers", ["https://tracker.example:8850"], "Directories that devices register with."),
  line(
    "relay_addr",
    "/dns4/relay.example/tcp/4001/p2p/12D3KooW...",
    "A relay for devices that cannot reach each other.",
  ),
  line(
    "more_relays",
    ["/dns4/relay2.example/tcp/4001/p2p/12D3KooW..."],
    "Further ones; the original of rr reads relay_addr only, as one text.",
  ),
  line("tracker_token", "secret", "What the trackers ask for, if they ask."),
  line("peers", ["/ip4/192.168.1.20/tcp/8845/p2p/12D3KooW..."], "Devices that are always tried."),

  "Keys",
  line("swarm_key_path", "~/.config/rustory/swarm.key", "The same file on all of your machines."),
  line("p2p_identity_key_path", "~/.config/rustory/identity.key", "Different on each machine."),
  line("relay_identity_key_path", "~/.config/rustory/relay.key", "Only for relay-serve."),

  "What is recorded",
  line(
    "record_ignore_regex",
    "(?i)(password|token|secret)",
    "Commands that match anywhere are not recorded or imported (Rust's regex).",
  ),
  line(
    "record_ignore_dirs",
    ["~/private"],
    "Nothing run in these folders or below is recorded on this device.",
  ),
  line("record_secrets_filter", true, "Leave out commands that seem to hold a key or password."),
  line("record_follow_shell", true, "Leave out what the shell itself is told not to keep."),

  "Search",
  line("search_limit_default", 100_000, "Most entries a search looks at."),
  line("search_enter", "edit", 'What Enter does: "edit" or "run" (zsh and fish).'),
  line("search_ui", "builtin", 'Which picker opens: "builtin" or "fzf".'),

  "The picker (docs/search.md)",
  line("picker_height", "70%", 'Below the prompt: a share of the screen, or rows; "full" is all.'),
  line("picker_prompt", "top", 'Where you type: "top" or "bottom".'),
  line(
    "picker_columns",
    ["time", "exit", "duration", "host", "folder"],
    'What stands beside a command where there is room; ["none"] for nothing.',
  ),
  line("picker_editing", "emacs", '"emacs", or "vim": Esc, and letters are commands.'),
  line("picker_keys", ["ctrl-f=page-down", "f12=none"], "Keys that do something else."),
  line("picker_theme", "auto", '"auto" (any ground), "dark", "light" or "plain" (no colours).'),
  line("picker_colours", ["match=bold green", "dim=#888888"], "Parts that look otherwise."),
  line("picker_popup", false, "In tmux 3.2 or newer: open in a window over the others."),

  "Syncing",
  line(
    "p2p_listen",
    ["/ip4/0.0.0.0/tcp/8845", "/ip6/::/tcp/8845"],
    "Where this device takes connections.",
  ),
  line("p2p_relay_only", false, "Neither take nor make direct connections, only relayed ones."),
  line("p2p_protocols", ["1", "2"], "Versions of the sync protocol that are spoken."),
  line("lan_discovery", true, "Find and be found on the local network, without a server."),
  line("p2p_watch_start_jitter_sec", 0, "Random wait before the first round, at most this long."),
  line("p2p_request_attempts", 3, "Tries of one request to a peer."),
  line("p2p_request_timeout_base_sec", 5, "Time for the first try; doubles with each further one."),
  line("p2p_request_timeout_cap_sec", 30, "Longest time for one try."),
  line("p2p_request_backoff_base_ms", 200, "Pause after the first failed try; doubles as well."),
  line("async_upload", false, "Sync in the background after recording, without the daemon."),
  line("async_upload_interval_sec", 15, "At most this often."),
  line("async_upload_limit", 200, "Most entries in one batch of it."),
  line("async_upload_marker_path", "~/.config/rustory/async-upload.last", "When it last started."),

  "Removing old entries",
  line("auto_prune", false, "Remove old entries now and then."),
  line("auto_prune_days", 180, "Older than this."),
  line("auto_prune_interval_sec", 86_400, "At most this often."),
  line("auto_prune_keep_recent", 0, "Always keep this many of the newest."),
  line("auto_prune_marker_path", "~/.config/rustory/auto-prune.last", "When it was last done."),

  "Servers and logs",
  line("tracker_bind", "0.0.0.0:8850", "Where tracker-serve listens."),
  line("tracker_serve_token", "secret", "What tracker-serve asks of its clients."),
  line("relay_listen", ["/ip4/0.0.0.0/tcp/4001", "/ip6/::/tcp/4001"], "Where relay-serve listens."),
  line("metrics_bind", "127.0.0.1:9099", "Where metrics are served (Prometheus text)."),
  line("log_level", "info", '"error", "warn", "info" or "debug".'),
  line("log_format", "text", '"text" or "json".'),
];

/** A config file with these values; every other key stands in it as a comment. */
export function renderConfig(values: ConfigValues): string {
  const out = [
    "# Config of rr (rustory). A flag or an environment variable goes before what stands here:",
    "# RUSTORY_ and the key in capitals, such as RUSTORY_USER_ID, except search_limit_default",
    "# (RUSTORY_SEARCH_LIMIT). Check with `rr doctor`.",
  ];
  for (const item of LINES) {
    if (typeof item === "string") {
      out.push("", `## ${item}`);
      continue;
    }
    const value = values[item.key];
    out.push(
      ...item.why.map((text) => `# ${text}`),
      value === undefined ? `# ${keyLine(item.key, item.example)}` : keyLine(item.key, value),
    );
  }
  return out.join("\n") + "\n";
}

/** What a key is for and, if it has one, its variable: for help texts. */
export function describeKeys(): { key: string; env: string | undefined; why: string }[] {
  return LINES.filter((item) => typeof item !== "string").map(({ key, why }) => ({
    key,
    env: SETTING_NAMES.map((name) => SETTINGS[name]).find((spec) => spec.key === key)?.env,
    why: why.join(" "),
  }));
}

/** One line of the file: a key and its value. */
export function keyLine(key: string, value: ConfigValue): string {
  return `${key} = ${toToml(value)}`;
}

function line(key: string, example: ConfigValue, ...why: string[]): Line {
  return { key, why, example };
}

function toToml(value: ConfigValue): string {
  if (typeof value === "string") return quote(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return `[${value.map(quote).join(", ")}]`;
}

// A JSON string is a TOML one but for DEL and lone surrogates.
function quote(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll("\x7f", "\\u007f");
}
