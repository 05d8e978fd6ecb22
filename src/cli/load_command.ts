import type { CliCommand } from "./define_command.ts";

/** A file of `commands/`. */
export interface LoadedCommand {
  readonly command: CliCommand;
}

/** Loads the command of a name that is in the list of commands. */
export type LoadCommand = (name: string) => Promise<LoadedCommand>;

/** The file of a command, from `src/cli/` on. */
export function fileOfCommand(name: string): string {
  return `commands/${name.replaceAll("-", "_")}.ts`;
}
