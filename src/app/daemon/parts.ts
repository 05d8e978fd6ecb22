/**
 * The parts of a daemon: one row each, in the table of what it lives and ends with. A new part is a
 * function beside these and a row here, and nothing else. All are supervised: one that fails, or ends
 * before it is told to, is started again after a pause, or ends what it belongs to.
 */
import type { Part } from "../../base/async/supervise.ts";
import { untilAborted } from "../../base/async/until_aborted.ts";
import { IndexKeeper, keepPruned } from "./housekeeping.ts";
import { ServingRole } from "./serving_role.ts";
import { answerControl } from "./control_socket.ts";
import type { DaemonContext, HistoryContext, SessionContext } from "./context.ts";
import { watchSignsOfLife } from "./signs_of_life.ts";
import { foldLog } from "./history/fold_log.ts";
import { watchFile } from "./watch/watch_file.ts";
import { serveShells } from "./shells/shell_door.ts";
import { takeIn } from "./history/take_in.ts";
import { watchSettings } from "./watch/watch_settings.ts";

/** A part before it is known whose it is. `C` is what it is handed. */
export interface PartRow<C> {
  readonly name: string;
  /** Whether there is anything to do for it. @default {always} */
  readonly wanted?: (context: C) => boolean;
  readonly onFailure?: Part["onFailure"];
  readonly run: (context: C, signal: AbortSignal, isWell: () => void) => Promise<void>;
}

/** Live as long as the process. */
export const PROCESS_PARTS: readonly PartRow<DaemonContext>[] = [
  { name: "control socket", wanted: isWatch, run: answerControl },
];

/** Live as long as a history is open. */
export const HISTORY_PARTS: readonly PartRow<HistoryContext>[] = [
  { name: "watch over the history file", onFailure: "end", run: watchFile },
  { name: "command intake", run: takeIn },
  { name: "door for shells", wanted: isWatch, run: serveShells },
  { name: "search index", run: keepIndex },
  { name: "prune", run: prune },
  { name: "write-ahead log", run: foldLog },
];

/** Live as long as a session. */
export const SESSION_PARTS: readonly PartRow<SessionContext>[] = [
  { name: "network node", onFailure: "end", run: watchNode },
  { name: "addresses", run: sayAddresses },
  { name: "watch over the settings", run: watchSettings },
  {
    name: "signs of life",
    wanted: ({ settings }) => settings.mode === "watch",
    run: watchSignsOfLife,
  },
  { name: "local changes", run: passOnChanges },
  { name: "rounds", wanted: ({ settings }) => settings.mode === "watch", run: syncAgainAndAgain },
  {
    name: "serving role",
    wanted: ({ serves, settings }) => !serves && !settings.noServe,
    run: waitForRole,
  },
];

/** The parts that are wanted, bound to what they work with. */
export function partsOf<C>(rows: readonly PartRow<C>[], context: C): readonly Part[] {
  return rows.filter(({ wanted }) => wanted?.(context) ?? true).map(({ name, onFailure, run }) => ({
    name,
    onFailure,
    run: (signal, isWell) => run(context, signal, isWell),
  }));
}

function isWatch({ config }: DaemonContext): boolean {
  return config().mode === "watch";
}

async function keepIndex(
  { deps, history, onChange }: HistoryContext,
  signal: AbortSignal,
): Promise<void> {
  const catchUp = (): number => history.index.catchUp();
  const keeper = new IndexKeeper({ clock: deps.world.clock, logger: deps.logger, catchUp });
  using _changes = onChange(() => keeper.changed());
  await keeper.run(signal);
}

function prune({ deps, history, config }: HistoryContext, signal: AbortSignal): Promise<void> {
  return keepPruned(() => config().prune, { ...deps, history }, signal);
}

/** A node that has stopped takes the session with it. */
async function watchNode({ own }: SessionContext, signal: AbortSignal): Promise<void> {
  const { stopped } = own.node;
  await Promise.race([untilAborted(stopped), untilAborted(signal)]);
  if (!signal.aborted) throw new Error("The network node has stopped", { cause: stopped.reason });
}

// The original's line, which scripts look for; a circuit address comes when the relay has answered.
async function sayAddresses({ own, deps }: SessionContext, signal: AbortSignal): Promise<void> {
  const said = new Set<string>();
  const look = (): void => {
    for (const addr of own.node.listening()) {
      if (said.has(addr)) continue;
      said.add(addr);
      deps.say(`p2p listen: ${addr}`);
    }
  };
  look();
  using _events = own.node.onEvent(look);
  await untilAborted(signal);
}

// Also where nothing is pushed: the peers of protocol 2 count on being told.
async function passOnChanges(
  { own, onChange }: SessionContext,
  signal: AbortSignal,
): Promise<void> {
  using _changes = onChange(() => own.engine.localChange());
  own.engine.localChange();
  await untilAborted(signal);
}

async function syncAgainAndAgain(context: SessionContext, signal: AbortSignal): Promise<void> {
  const { own, deps, settings } = context;
  const { intervalMs, startJitterMs, push } = settings;
  const jitter = Math.round(startJitterMs / 1000);
  deps.logger.info(`p2p-sync watch: interval=${intervalMs / 1000}s start_jitter_sec=${jitter}`);
  await own.engine.watch({ intervalMs, startJitterMs, push }, signal);
}

async function waitForRole(context: SessionContext, signal: AbortSignal): Promise<void> {
  const { deps, settings, interrupt } = context;
  const role = new ServingRole(settings.dbPath, deps.world, deps.logger);
  if (await role.untilFree(signal)) interrupt({ kind: "role-changed" });
  await untilAborted(signal);
}
