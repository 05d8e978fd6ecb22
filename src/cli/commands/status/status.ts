import type { World } from "../../../base/world.ts";
import { loadSettings } from "../../../config/load.ts";
import { type CliCommand, defineCommand, type GlobalFlags } from "../../define_command.ts";
import { JSON_FLAG, switchFlag } from "../../flags/flags.ts";

interface Flags {
  readonly json: boolean;
  readonly watch: boolean;
  readonly verbose: boolean;
}

/** `rr status` */
export const command: CliCommand = defineCommand<Flags>({
  usage: ["[--watch] [--verbose | --json]"],
  details: `Asks the running daemon (\`rr p2p-sync --watch\`). Exit code 1 if none runs.

Examples:
  rr status
  rr status --watch
  rr status --json | jq '.peers[] | select(.route == null)'`,
  flags: {
    json: JSON_FLAG,
    watch: switchFlag("Show it again every second until Ctrl-C; with --json one line each"),
    verbose: switchFlag("On a terminal, the addresses and the history file as well"),
  },
  run,
});

async function run(world: World, flags: Flags & GlobalFlags): Promise<number> {
  const { dbPath } = loadSettings(world, { dbPath: flags.dbPath }, { lenient: true });
  const { showStatus } = await import("./show.ts");
  return await showStatus(world, dbPath, flags);
}
