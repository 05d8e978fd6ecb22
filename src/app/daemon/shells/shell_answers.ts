/** What shells ask at their keys: the likeliest next command, and what was run before. */
import type { ShellDoorHandlers } from "../../../control/shell_door.ts";
import { canOffer } from "../../../search/offer.ts";
import { workspaceOf } from "../../workspace.ts";
import type { HistoryContext } from "../context.ts";
import { RecentHistory } from "./recent_history.ts";

/** Handlers for the door, until disposed. */
export interface ShellAnswers extends Pick<ShellDoorHandlers, "suggest" | "earlier">, Disposable {}

/** Commands in one answer: a few presses of a key. */
const MOST_AT_ONCE = 20;
/** Letters in one answer, if it has more than one command: bash reads each byte by itself. */
const MOST_CHARS_AT_ONCE = 4_000;
/** Nobody walks to a longer command by a key; ctrl-r finds it. */
const MOST_CHARS = 65_536;

/** Creates them; `ingest` takes in what was recorded, so that the command just run counts. */
export function shellAnswers(
  { deps, history, config }: Pick<HistoryContext, "deps" | "history" | "config">,
  ingest: () => Promise<unknown>,
): ShellAnswers {
  const { clock, files } = deps.world;
  const held = new RecentHistory({ clock, history });
  const deviceId = (): string => config().intake.deviceId;
  const newest = async (): ReturnType<RecentHistory["get"]> => {
    await ingest().catch(() => 0); // told by the part that does nothing else
    return await held.get();
  };
  return {
    async suggest({ session, cwd, text }): Promise<string | undefined> {
      const recent = await newest();
      const here = { deviceId: deviceId(), cwd, workspace: workspaceOf(files, cwd) };
      const found = recent.best(session, here, (command) => canOffer(command, text));
      return found && held.existing([found])[0]?.command;
    },
    async earlier({ session, text, skip }): Promise<readonly string[]> {
      const recent = await newest();
      const fits = (command: string): boolean =>
        command.length <= MOST_CHARS && command.startsWith(text) && command !== text;
      const found = recent.earlier(session, deviceId(), fits).drop(skip).take(MOST_AT_ONCE);
      return firstFew(held.existing([...found]).map(({ command }) => command));
    },
    [Symbol.dispose]: () => held[Symbol.dispose](),
  };
}

function firstFew(commands: readonly string[]): readonly string[] {
  let chars = 0;
  const end = commands.findIndex((command, i) => {
    chars += command.length;
    return i > 0 && chars > MOST_CHARS_AT_ONCE;
  });
  return end < 0 ? commands : commands.slice(0, end);
}
