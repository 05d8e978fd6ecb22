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
