/**
 * The list of commands, without any code of theirs: for the overview, completion and typing errors.
 *
 * A new command is a file `commands/<name>.ts` (`-` becomes `_`) that exports `command`, made by
 * `defineCommand()`; a row here; and a row in `load_command.ts`.
 */

/** Headings of the overview, in its order. */
export const GROUPS = ["Everyday", "History", "Devices", "Servers", "Setup"] as const;

/** A row of the list. */
export interface CommandRow {
  readonly group: typeof GROUPS[number];
  /** The same sentence as in the command itself. */
  readonly brief: string;
}

/** All commands by name, in the order of the overview. */
export const COMMANDS: Readonly<Record<string, CommandRow>> = {
  search: {
    group: "Everyday",
    brief: "Find commands, newest first",
  },
  record: {
    group: "Everyday",
    brief: "Store one finished command (the shell hooks need not call it)",
  },
  hook: {
    group: "Everyday",
    brief: "Print what makes your shell record its commands and search them with ctrl-r",
  },
  stats: {
    group: "Everyday",
    brief: "Show what is run most, when, where, and how often it fails",
  },
  import: {
    group: "History",
    brief: "Take in the history of a shell or of another program",
  },
  export: {
    group: "History",
    brief: "Print the whole history in the format of another program",
  },
  delete: {
    group: "History",
    brief: "Delete commands for good: by id, by exact text, or what a search finds",
  },
  prune: {
    group: "History",
    brief: "Remove entries older than some days",
  },
  pair: {
    group: "Devices",
    brief: "Bring another machine into this swarm: show a code here, type it there",
  },
  "p2p-sync": {
    group: "Devices",
    brief: "Sync with the other devices, once or for ever",
  },
  "p2p-serve": {
    group: "Devices",
    brief: "Answer other devices, without syncing by itself",
  },
  status: {
    group: "Devices",
    brief: "Show what the daemon does: peers, routes, last sync, errors",
  },
  "sync-status": {
    group: "Devices",
    brief: "Show how far each peer has been followed and what is still to be sent",
  },
  "tracker-serve": {
    group: "Servers",
    brief: "Tell devices of each other",
  },
  "relay-serve": {
    group: "Servers",
    brief: "Relay between devices that cannot reach each other",
  },
  init: {
    group: "Setup",
    brief: "Write the config file and create the keys",
  },
  service: {
    group: "Setup",
    brief: "Run the daemon in the background, from login on",
  },
  doctor: {
    group: "Setup",
    brief: "Check that everything is in order, and say what to do where it is not",
  },
  "swarm-key": {
    group: "Setup",
    brief: "Print the path and fingerprint of the swarm key, creating it if missing",
  },
  completions: {
    group: "Setup",
    brief: "Print a script that makes Tab complete rr in your shell",
  },
};
