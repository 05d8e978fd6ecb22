/**
 * The commands by `import()` of fixed names, which bundlers and package registries follow.
 *
 * When rr runs from its source, `cli.ts` loads commands by computed names instead: whatever is named
 * here is read and analysed at every start, which costs some 12 ms, more than `rr record` itself.
 */
import type { LoadCommand, LoadedCommand } from "./load_command.ts";

const LOADERS: Readonly<Record<string, () => Promise<LoadedCommand>>> = {
  search: () => import("./commands/search.ts"),
  record: () => import("./commands/record.ts"),
  hook: () => import("./commands/hook.ts"),
  import: () => import("./commands/import.ts"),
  export: () => import("./commands/export.ts"),
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

/** The names of the bundled commands, for the test that compares them with the list. */
export const BUNDLED_NAMES: readonly string[] = Object.keys(LOADERS);

/** Loads a command of the list. */
export const loadBundled: LoadCommand = (name) => LOADERS[name]!();
