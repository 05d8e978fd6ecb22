/** The part that serves the shells: it has the picker painted where they wait. */
import { linkedController } from "../../../base/async/linked_signal.ts";
import { every } from "../../../base/async/timer.ts";
import { causeChain } from "../../../base/rr_error.ts";
import { shellDoorFile } from "../../../config/paths.ts";
import { serveShellDoor } from "../../../control/shell_door.ts";
import { askAsShell } from "../../../control/shell_client.ts";
import type { ShellLine } from "../../../control/shell_line.ts";
import type { PickRequest } from "../../../control/shell_request.ts";
import { type ForeignTerminal, openForeignTerminal } from "../../../world/foreign_terminal.ts";
import { isOwnTerminal } from "../../../world/own_terminal.ts";
import type { HistoryContext } from "../context.ts";
import { readAhead } from "./read_ahead.ts";
import { shellAnswers } from "./shell_answers.ts";
import type { OpenShellPicker } from "./shell_picker.ts";
import { intakeOf } from "../history/take_in.ts";

/** Pickers at once; a person looks at one. */
const MAX_PICKERS = 16;
/** The shell takes its terminal back when it hears nothing for four times as long. */
const SIGN_OF_LIFE_MS = 500;

/** Asks for a picker where none can be: the answer is "no". The folder is that of most new shells. */
function noTerminal(home = ""): readonly string[] {
  return ["pick", "/dev/null", "0:0", "", "", "", "", home, "--ahead", ""];
}

/** Serves the shells until the signal is aborted. */
export async function serveShells(context: HistoryContext, signal: AbortSignal): Promise<void> {
  const { deps, config } = context;
  const ingest = intakeOf(context);
  using answers = shellAnswers(context, ingest);
  const open = new Set<string>();
  const path = shellDoorFile(config().dbPath);
  const { files, env } = deps.world;
  const askOurselves = (inner: AbortSignal): Promise<unknown> =>
    askAsShell(path, noTerminal(env("HOME")), files, inner);
  using _ahead = readAhead(context, askOurselves, signal);
  await serveShellDoor(
    path,
    {
      ingest,
      suggest: answers.suggest,
      earlier: answers.earlier,
      async pick(request, line, stop): Promise<void> {
        if (open.has(request.tty) || open.size >= MAX_PICKERS) return line.send("no");
        open.add(request.tty);
        try {
          await ingest().catch(() => 0); // told by the part that does nothing else
          await pick(context, request, line, stop);
        } finally {
          open.delete(request.tty);
        }
      },
    },
    { ...deps.world, logger: deps.logger, onState: deps.health.partChanged },
    signal,
  );
}

async function pick(
  { deps, history }: HistoryContext,
  request: PickRequest,
  line: ShellLine,
  stop: AbortSignal,
): Promise<void> {
  const isOurs = (): boolean => line.isOpen;
  let picker: OpenShellPicker | undefined;
  let terminal: ForeignTerminal;
  try {
    picker = deps.shellPicker?.open(request, history);
    if (picker === undefined || await isOwnTerminal(request.tty)) return line.send("no");
    terminal = openForeignTerminal({ ...request, path: request.tty, isOurs });
  } catch (error) {
    deps.logger.debug("No picker for a shell", { error: causeChain(error) });
    return line.send("no");
  }
  using end = linkedController(stop);
  const leave = (): void => end.abort(new Error("The shell has gone"));
  using _life = every(deps.world.clock, SIGN_OF_LIFE_MS, () => line.send("."));
  try {
    line.send("ok");
    if (await line.next() !== "go") return;
    line.onEnd(leave);
    // Whoever slept between the two finds out here that the shell has given up.
    await terminal.breathe();
    await terminal.breathe();
    if (!line.isOpen) return;
    line.send("here");
    const answer = await picker(terminal, end.signal);
    line.send(`=${answer}`);
  } finally {
    terminal.close();
  }
}
