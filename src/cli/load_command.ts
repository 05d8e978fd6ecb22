/**
 * Where the code of each command is. None of it is read before it is asked for: deno.json turns on
 * `lazy-dynamic-imports`, without which Deno would look at everything named here at every start, which
 * costs more than `rr record` itself. Bundlers and package registries follow the names.
 */
import type { CliCommand } from "./define_command.ts";

/** A file of `commands/`. */
export interface LoadedCommand {
  readonly command: CliCommand;
}

const FILES: Readonly<Record<string, () => Promise<LoadedCommand>>> = {
  search: () => import("./commands/search.ts"),
  record: () => import("./commands/record.ts"),
  hook: () => import("./commands/hook.ts"),
  import: () => import("./commands/import.ts"),
  export: () => import("./commands/export.ts"),
  pair: () => import("./commands/pair.ts"),
  "p2p-sync": () => import("./commands/p2p_sync.ts"),
  "p2p-serve": () => import("./commands/p2p_serve.ts"),
  status: () => import("./commands/status.ts"),
  "sync-status": () => import("./commands/sync_status.ts"),
  "tracker-serve": () => import("./commands/tracker_serve.ts"),
  "relay-serve": () => import("./commands/relay_serve.ts"),
  init: () => import("./commands/init.ts"),
  service: () => import("./commands/service.ts"),
  doctor: () => import("./commands/doctor.ts"),
  "swarm-key": () => import("./commands/swarm_key.ts"),
  completions: () => import("./commands/completions.ts"),
  stats: () => import("./commands/stats.ts"),
  delete: () => import("./commands/delete.ts"),
  prune: () => import("./commands/prune.ts"),
};

/** The names of all commands. */
export const LOADABLE: readonly string[] = Object.keys(FILES);

/** Loads a command of the list. */
export function loadCommand(name: string): Promise<LoadedCommand> {
  return FILES[name]!();
}
