/**
 * The table of commands. A new command is a file in `commands/` that exports `command`, made by
 * `defineCommand()`, and a row here; the file is loaded only when the command is named.
 */
import type { CliCommand } from "./define_command.ts";

/** A row of the table. */
export interface CommandRow {
  /** Heading under which the overview lists the command. */
  readonly group: "Everyday" | "Devices" | "History" | "Servers" | "Setup";
  /** The same sentence as in the command itself, so that the overview need not load it. */
  readonly brief: string;
  readonly load: () => Promise<{ readonly command: CliCommand }>;
}

/** All commands by name, in the order of the overview. */
export const COMMANDS: Readonly<Record<string, CommandRow>> = {
  "swarm-key": {
    group: "Setup",
    brief: "Print the path and fingerprint of the swarm key, creating it if missing",
    load: () => import("./commands/swarm_key.ts"),
  },
  service: {
    group: "Setup",
    brief: "Run the daemon in the background, from login on",
    load: () => import("./commands/service.ts"),
  },
};
