/** `rr hub install`: the folder, and the unit that keeps the hub running. */
import { RrError } from "../../base/rr_error.ts";
import type { World } from "../../base/world.ts";
import { HUB_STATE, serverUnit } from "../../service/server_units.ts";
import type { Run } from "../../service/run.ts";

/** Where a unit of the machine's own goes. */
const UNIT = "/etc/systemd/system/rustory-hub.service";
/** What the unit files name, for the program that is there by the packages. */
const USUAL_PROGRAM = "/usr/local/bin/rr";

/** The unit that starts this very program, installed from wherever. */
export function hubUnit(program: readonly string[]): string {
  return serverUnit("hub").replace(USUAL_PROGRAM, program.map(quote).join(" "));
}

/**
 * Writes the unit and starts it; without systemd or without being root it is `undefined` and nothing is
 * done.
 *
 * @throws {RrError} `io` if systemd refuses
 */
export async function installUnit(
  world: Pick<World, "files" | "program">,
  statePath: string,
  run: Run,
): Promise<string | undefined> {
  if (statePath !== HUB_STATE) return undefined;
  if (world.files.stat("/run/systemd/system") === undefined) return undefined;
  world.files.replacePrivate(UNIT, hubUnit(world.program()));
  world.files.chmod(UNIT, 0o644);
  for (const words of [["daemon-reload"], ["enable", "--now", "rustory-hub.service"]]) {
    const { code, stderr } = await run(["systemctl", ...words]);
    if (code === 0) continue;
    throw new RrError("io", `Cannot \`systemctl ${words.join(" ")}\`: ${stderr.trim()}`, {
      hint: "Look at `journalctl -u rustory-hub`",
    });
  }
  return UNIT;
}

function quote(word: string): string {
  return /^[\w./@:=+-]+$/.test(word) ? word : `"${word.replaceAll(/(["\\])/g, "\\$1")}"`;
}
