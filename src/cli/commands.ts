/**
 * The command table: each command once, without any code of it.
 *
 * A new command is a row here and a file of `commands/` that exports `command`, made by
 * `defineCommand()`: `commands/<name>.ts`, or `commands/<name>/<name>.ts` beside what only it needs
 * (`-` becomes `_`). `deno task reference` writes `docs/commands.md` and `rr.1` anew.
 *
 * No file named here is read before its command is asked for: deno.json turns on
 * `lazy-dynamic-imports`, without which Deno would look at all of them at every start, which costs
 * more than `rr record` itself. Bundlers and package registries follow the names.
 */
import type { CliCommand } from "./define_command.ts";

/** Headings of the overview, in its order. */
export const GROUPS = ["Everyday", "History", "Devices", "Servers", "Setup"] as const;

/** A file of `commands/`. */
export interface LoadedCommand {
  readonly command: CliCommand;
}

/** A row of the table. */
export interface CommandRow {
  readonly group: typeof GROUPS[number];
  /** What it does, in one line without a full stop. */
  readonly brief: string;
  load(): Promise<LoadedCommand>;
}

/** All commands by name, in the order of the overview. */
export const COMMANDS: Readonly<Record<string, CommandRow>> = {
  search: {
    group: "Everyday",
    brief: "Find commands, newest first",
    load: () => import("./commands/search.ts"),
  },
  record: {
    group: "Everyday",
    brief: "Store one finished command (the shell hooks need not call it)",
    load: () => import("./commands/record/record.ts"),
  },
  hook: {
    group: "Everyday",
    brief: "Print what makes your shell record its commands and search them with ctrl-r",
    load: () => import("./commands/hook.ts"),
  },
  pause: {
    group: "Everyday",
    brief: "Stop recording in this shell, until rr resume",
    load: () => import("./commands/pause.ts"),
  },
  resume: {
    group: "Everyday",
    brief: "Record in this shell again",
    load: () => import("./commands/resume.ts"),
  },
  stats: {
    group: "Everyday",
    brief: "Show what is run most, when, where, and how often it fails",
    load: () => import("./commands/stats/stats.ts"),
  },
  import: {
    group: "History",
    brief: "Take in the history of a shell or of another program",
    load: () => import("./commands/import.ts"),
  },
  export: {
    group: "History",
    brief: "Print the whole history in the format of another program",
    load: () => import("./commands/export.ts"),
  },
  delete: {
    group: "History",
    brief: "Delete commands for good: by id, by exact text, or what a search finds",
    load: () => import("./commands/delete/delete.ts"),
  },
  prune: {
    group: "History",
    brief: "Remove entries older than some days",
    load: () => import("./commands/prune.ts"),
  },
  pair: {
    group: "Devices",
    brief: "Bring another machine into this swarm: show a code here, type it there",
    load: () => import("./commands/pair.ts"),
  },
  devices: {
    group: "Devices",
    brief: "List the devices of this swarm, name them, forget those that are gone",
    load: () => import("./commands/devices/devices.ts"),
  },
  "p2p-sync": {
    group: "Devices",
    brief: "Sync with the other devices, once or for ever",
    load: () => import("./commands/p2p_sync/p2p_sync.ts"),
  },
  "p2p-serve": {
    group: "Devices",
    brief: "Answer other devices, without syncing by itself",
    load: () => import("./commands/p2p_serve.ts"),
  },
  status: {
    group: "Devices",
    brief: "Show what the daemon does: peers, routes, last sync, errors",
    load: () => import("./commands/status/status.ts"),
  },
  "sync-status": {
    group: "Devices",
    brief: "Show how far each peer has been followed and what is still to be sent",
    load: () => import("./commands/sync_status.ts"),
  },
  hub: {
    group: "Servers",
    brief: "Tracker and relay on a server of yours, as one program",
    load: () => import("./commands/hub/hub.ts"),
  },
  "tracker-serve": {
    group: "Servers",
    brief: "Tell devices of each other",
    load: () => import("./commands/tracker_serve.ts"),
  },
  "relay-serve": {
    group: "Servers",
    brief: "Relay between devices that cannot reach each other",
    load: () => import("./commands/relay_serve.ts"),
  },
  setup: {
    group: "Setup",
    brief: "Set up this machine: config, hook, old histories, daemon",
    load: () => import("./commands/setup/setup.ts"),
  },
  try: {
    group: "Setup",
    brief: "Look at the ctrl-r screen on a copy of your own history, which leaves nothing behind",
    load: () => import("./commands/try.ts"),
  },
  uninstall: {
    group: "Setup",
    brief: "Take back what rr setup did",
    load: () => import("./commands/uninstall.ts"),
  },
  init: {
    group: "Setup",
    brief: "Write the config file and create the keys",
    load: () => import("./commands/init.ts"),
  },
  config: {
    group: "Setup",
    brief: "Show and change settings, which take effect at once",
    load: () => import("./commands/config.ts"),
  },
  service: {
    group: "Setup",
    brief: "Run the daemon in the background, from login on",
    load: () => import("./commands/service/service.ts"),
  },
  doctor: {
    group: "Setup",
    brief: "Check that everything is in order, and say what to do where it is not",
    load: () => import("./commands/doctor/doctor.ts"),
  },
  "swarm-key": {
    group: "Setup",
    brief: "Print the path and fingerprint of the swarm key, creating it if missing",
    load: () => import("./commands/swarm_key.ts"),
  },
  completions: {
    group: "Setup",
    brief: "Print a script that makes Tab complete rr in your shell",
    load: () => import("./commands/completions.ts"),
  },
};

/** Whether there is a command of that name. */
export function isCommand(name: string): boolean {
  return Object.hasOwn(COMMANDS, name);
}
