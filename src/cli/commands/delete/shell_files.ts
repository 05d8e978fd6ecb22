/** The part of `rr delete` that takes lines out of the shells' own history files. */
import { forgetInShells, type ForgottenIn } from "../../../app/shell_files/forget_in_shells.ts";
import { printable } from "../../../base/printable.ts";
import type { World } from "../../../base/world.ts";
import { systemRun } from "../../../service/run.ts";
import { printInfo, printLine, printWarning } from "../../print/print.ts";

/** What became of the files. */
export interface ShellFilesDone {
  readonly removed: number;
  /** Whether a file that holds such lines was left as it is. */
  readonly failed: boolean;
}

const OPEN_SHELLS =
  "a shell that is open has its history in memory, and may write it back when it " +
  "ends: close the others, or say this again afterwards";

/** Takes the commands out, or counts them, and says so. */
export async function clearShellFiles(
  world: World,
  commands: readonly string[],
  dryRun: boolean,
): Promise<ShellFilesDone> {
  const files = await forgetInShells(commands, { world, run: systemRun }, dryRun);
  for (const file of files) {
    if (file.error === undefined) printLine(world, lineOf(file, dryRun));
    else printWarning(world, file.error);
  }
  const removed = files.reduce((sum, file) => sum + file.removed, 0);
  if (files.length === 0) printLine(world, "shell history: nothing of it");
  if (removed > 0 && !dryRun) printInfo(world, OPEN_SHELLS);
  return { removed, failed: files.some(({ error }) => error !== undefined) };
}

function lineOf({ shell, path, removed }: ForgottenIn, dryRun: boolean): string {
  return `shell history${dryRun ? " dry-run" : ""}: ${shell} ${printable(path)} removed=${removed}`;
}
