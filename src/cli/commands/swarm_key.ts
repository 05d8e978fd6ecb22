import { shellWord } from "../../base/shell_words.ts";
import { printable } from "../../base/printable.ts";
import type { World } from "../../base/world.ts";
import { loadSettings } from "../../config/load.ts";
import { loadOrCreateSwarmKey, swarmKeyFingerprint } from "../../net/keys/swarm_key.ts";
import { type CliCommand, defineCommand, type GlobalFlags } from "../define_command.ts";
import { ExitCode } from "../exit_code.ts";
import { SWARM_KEY_FLAG } from "../flags/flags.ts";
import { forOutput, printLine } from "../print/print.ts";

interface Flags {
  readonly swarmKey: string | undefined;
}

/** `rr swarm-key` */
export const command: CliCommand = defineCommand<Flags>({
  usage: ["[--swarm-key <file>]"],
  details:
    `All devices of a swarm hold the same key file; without it nobody can connect. \`rr pair\` lets
a device in, and gives it the key. The fingerprint is for comparing two devices and gives nothing away.

Examples:
  rr swarm-key
  rr swarm-key --swarm-key other.key`,
  flags: { swarmKey: SWARM_KEY_FLAG },
  run,
});

async function run(world: World, flags: Flags & GlobalFlags): Promise<number> {
  const { swarmKeyPath } = loadSettings(world, {
    dbPath: flags.dbPath,
    swarmKeyPath: flags.swarmKey,
  }, { needs: ["swarmKeyPath"] });
  const loaded = await loadOrCreateSwarmKey(swarmKeyPath, world);
  printLine(world, `swarm key path: ${forOutput(world, swarmKeyPath)}`);
  printLine(world, `swarm key fingerprint: ${swarmKeyFingerprint(loaded.key)}`);
  if (loaded.created) world.stderr.write(newSwarmKeyNote(swarmKeyPath));
  if (loaded.looseMode !== undefined) {
    const mode = loaded.looseMode.toString(8).padStart(3, "0");
    world.stderr.write(
      `warn: others can read the swarm key (mode=${mode}), do: chmod 600 ${
        shellWord(swarmKeyPath)
      }\n`,
    );
  }
  return ExitCode.OK;
}

/** What a person has to know after a swarm key was made. */
export function newSwarmKeyNote(path: string): string {
  return `note: there was no swarm key at ${printable(path)}, so a NEW one was created.
      If you already have devices in sync, this one cannot reach them yet: \`rr pair\` on one of
      them shows a code for here. It brings in other devices from here as well.\n`;
}
