import { joinBytes } from "../../base/bytes.ts";
import { causeChain } from "../../base/rr_error.ts";
import { counted } from "../../base/grouped.ts";
import { isSpoolUsed, takeInFirst } from "../../app/intake.ts";
import type { World } from "../../base/world.ts";
import { loadSettings } from "../../config/load.ts";
import { EXPORT_FORMATS, exportEntry, type ExportFormat } from "../../import/export_history.ts";
import type { Settings } from "../../config/settings.ts";
import { type History, openHistory } from "../../store/file/open_history.ts";
import { isDamaged } from "../../store/file/sqlite_errors.ts";
import { salvageAfter } from "../../store/log/salvage.ts";
import { type CliCommand, defineCommand, type GlobalFlags } from "../define_command.ts";
import { ExitCode } from "../exit_code.ts";
import { switchFlag } from "../flags/flags.ts";
import { forOutput, jsonForOutput, printWarning, warnings } from "../print/print.ts";

interface Flags {
  readonly format: ExportFormat;
  readonly thisDevice: boolean;
}

/** `rr export` */
export const command: CliCommand = defineCommand<Flags>({
  usage: [`[--format ${EXPORT_FORMATS.join("|")}] [--this-device]`],
  details:
    `jsonl keeps everything, one entry a line, and rr import --from jsonl takes it back whole. zsh,
bash and fish keep what their history files can hold: the command and when it started, zsh how long
it ran. Entries come in the order in which this device took them in.

Of a damaged history comes what can be read; how many could not is said, and the exit code is 1.

Examples:
  rr export > history.jsonl
  rr export --format zsh > from_rr.zsh_history`,
  flags: {
    format: {
      kind: "enum",
      values: EXPORT_FORMATS,
      default: "jsonl",
      brief: "What to write",
    },
    thisDevice: switchFlag("Only what was recorded on this device"),
  },
  run,
});

const BATCH = { entries: 2_000, bytes: 8 * 2 ** 20 };

async function run(world: World, flags: Flags & GlobalFlags): Promise<number> {
  const settings = loadSettings(world, { dbPath: flags.dbPath }, { needs: ["dbPath", "deviceId"] });
  await takeInIfWhole(world, settings);
  using history = openToSave(world, settings.dbPath);
  const device = flags.thisDevice ? settings.deviceId : undefined;
  let read = 0;
  let unfit = 0;
  let damaged = false;
  for (let seq: number | undefined = 0; seq !== undefined;) {
    const batch = salvageAfter(history.log, seq, BATCH, device);
    const parts: Uint8Array[] = [];
    for (const entry of batch.entries) {
      const bytes = exportEntry(entry, flags.format);
      if (bytes === undefined) unfit++;
      else parts.push(bytes);
    }
    write(world, joinBytes(parts), flags.format);
    read += batch.entries.length;
    damaged ||= batch.isDamaged;
    seq = batch.lastSeq;
  }
  if (unfit > 0) {
    printWarning(
      world,
      `left out, as ${flags.format} files cannot hold them: ${counted(unfit, "command")}`,
    );
  }
  if (!damaged) return ExitCode.OK;
  const all = history.log.countIndexed(device);
  const lost = all === undefined ? "how many cannot be told" : counted(all - read, "command");
  printWarning(world, `left out, as the history is damaged where they are: ${lost}`);
  return ExitCode.FAILURE;
}

function openToSave({ files, clock }: World, path: string): History {
  try {
    return openHistory(path, { files, clock, mode: "readonly" });
  } catch (error) {
    if (!isDamaged(error)) throw error;
    return openHistory(path, { files, clock, mode: "salvage" });
  }
}

// What the hooks recorded waits for the next history where this one takes nothing in any more.
async function takeInIfWhole(world: World, settings: Settings): Promise<void> {
  if (!isSpoolUsed(world, settings)) return;
  try {
    using history = openHistory(settings.dbPath, world);
    await takeInFirst(world, settings, () => history, warnings(world));
  } catch (error) {
    if (!isDamaged(error)) throw error;
    printWarning(world, `recorded commands wait: ${causeChain(error)}`);
  }
}

/** Exact into a file or a pipe; a terminal is shown what could act on it. */
function write(world: World, bytes: Uint8Array, format: ExportFormat): void {
  if (!world.stdout.isTerminal()) return world.stdout.writeBytes(bytes);
  const text = new TextDecoder().decode(bytes);
  world.stdout.write(
    format === "jsonl" ? jsonForOutput(world, text) : forOutput(world, text, true),
  );
}
