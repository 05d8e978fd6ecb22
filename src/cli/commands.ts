/**
 * The table of commands. A new command is a file in `commands/` that exports `command`, made by
 * `defineCommand()`, and a row here; the file is loaded only when the command is named.
 */
import type { CliCommand } from "./define_command.ts";

/** Headings of the overview, in its order. */
export const GROUPS = ["Everyday", "History", "Devices", "Servers", "Setup"] as const;

/** A row of the table. */
export interface CommandRow {
  /** Heading under which the overview lists the command. */
  readonly group: typeof GROUPS[number];
  /** The same sentence as in the command itself, so that the overview need not load it. */
  readonly brief: string;
  readonly load: () => Promise<{ readonly command: CliCommand }>;
}

/** All commands by name, in the order of the overview. */
export const COMMANDS: Readonly<Record<string, CommandRow>> = {
  record: {
    group: "Everyday",
    brief: "Store one finished command (the shell hooks need not call it)",
    load: () => import("./commands/record.ts"),
  },
  import: {
    group: "History",
    brief: "Take in the history of a shell or of another program",
    load: () => import("./commands/import.ts"),
  },
  "p2p-sync": {
    group: "Devices",
    brief: "Sync with the other devices, once or for ever",
    load: () => import("./commands/p2p_sync.ts"),
  },
  "p2p-serve": {
    group: "Devices",
    brief: "Answer other devices, without syncing by itself",
    load: () => import("./commands/p2p_serve.ts"),
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
  export: {
    group: "History",
    brief: "Print the whole history in the format of another program",
    load: () => import("./commands/export.ts"),
  },
  "sync-status": {
    group: "Devices",
    brief: "Show how far each peer has been followed and what is still to be sent",
    load: () => import("./commands/sync_status.ts"),
  },
  doctor: {
    group: "Setup",
    brief: "Check that everything is in order, and say what to do where it is not",
    load: () => import("./commands/doctor.ts"),
  },
  init: {
    group: "Setup",
    brief: "Write the config file and create the keys",
    load: () => import("./commands/init.ts"),
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
  service: {
    group: "Setup",
    brief: "Run the daemon in the background, from login on",
    load: () => import("./commands/service.ts"),
  },
};
