import { RrError } from "../../base/rr_error.ts";
import type { World } from "../../base/world.ts";
import { loadSettings } from "../../config/load.ts";
import { stopOnSignals } from "../../process/stop_signals.ts";
import { openHistory } from "../../store/file/open_history.ts";
import { type CliCommand, defineCommand, type GlobalFlags } from "../define_command.ts";
import { ExitCode } from "../exit_code.ts";
import { searchInteractively } from "../picker/interactive.ts";
import { printLine, printWarning } from "../print/print.ts";
import { startStages } from "../print/progress.ts";
import { HISTORIES, oldHistories } from "./setup/facts.ts";
import { takeInto } from "./setup/histories.ts";
import type { OldHistory } from "./setup/plan.ts";

/** `rr try` */
export const command: CliCommand = defineCommand<object, [string?]>({
  usage: ["[<query>]"],
  details:
    `Reads the history of rr itself, or else those that are there (atuin, hishtory, zsh-histdb, resh,
mcfly, xonsh, nushell, zsh, bash, fish, powershell), into memory and opens the screen that ctrl-r opens
in a shell with the hook. Nothing is written: no config, no key, no database, not even a temporary file,
so that nothing is left however it ends.
Deleting there deletes from the copy. What is chosen is printed, not run.

Examples:
  rr try
  rr try docker`,
  flags: {},
  words: {
    kind: "tuple",
    parameters: [{ brief: "What to look for at first", placeholder: "query", optional: true }],
  },
  run,
});

async function run(world: World, flags: GlobalFlags, [query]: [string?]): Promise<number> {
  const own = loadSettings(world, { dbPath: flags.dbPath }, { lenient: true });
  const histories = historiesOf(world, own.dbPath);
  if (!world.stdin.isTerminal()) {
    throw new RrError("usage", "Cannot open the screen: the standard input is not a terminal", {
      hint: "Run `rr try` in a terminal",
    });
  }
  const settings = { ...own, dbPath: ":memory:" };
  using history = openHistory(settings.dbPath, world);
  {
    using stop = stopOnSignals(world);
    const warnings: string[] = [];
    {
      using bar = startStages(world);
      await takeInto(history, world, settings, histories, {
        onProgress: (share) => bar.at(share, "reading your history"),
        warn: (text) => void warnings.push(text),
        signal: stop.signal,
      });
    }
    for (const warning of warnings) printWarning(world, warning);
  }
  const flagsOfPicker = { query, widget: false, ahead: false, up: false };
  const code = await searchInteractively(world, settings, history, flagsOfPicker);
  printLine(world, "That was a copy in memory, and it is gone. `rr setup` makes ctrl-r do this.");
  return code === ExitCode.FAILURE ? code : ExitCode.OK;
}

/** Our own history has the others in it. */
function historiesOf(world: World, dbPath: string): readonly OldHistory[] {
  const size = world.files.stat(dbPath)?.size ?? 0;
  if (size > 0) return [{ from: "rustory", path: dbPath, size }];
  const histories = oldHistories(world);
  if (histories.length > 0) return histories;
  throw new RrError(
    "not-found",
    `There is no history to try it on: none of ${HISTORIES.join(", ")}`,
    {
      hint: "`rr setup --dry-run` says what rr would do here",
    },
  );
}
