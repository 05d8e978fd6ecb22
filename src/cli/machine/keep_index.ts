/** Keeps the index of the history up where no daemon does it: after a command has shown its result. */
import { RrError } from "../../base/rr_error.ts";
import type { World } from "../../base/world.ts";
import { FEW_UNINDEXED } from "../../store/file/open_for_searching.ts";
import type { History } from "../../store/file/open_history.ts";
import { startProgress } from "../print/progress.ts";

/** Longest time after a result; what is left is done next time. */
const BUDGET_MS = 60;
/** Above that a person is told of it and it is done whole: a history that was just opened or imported. */
const MANY_ROWS = 50_000;

/**
 * Indexes some rows if there are many that are not, all of them if a person can see why it takes.
 *
 * @param quiet show nothing: the terminal belongs to a prompt
 */
export function keepIndexUp(world: World, history: History, quiet = false): void {
  try {
    const rows = history.index.left();
    if (rows < FEW_UNINDEXED) return;
    if (rows > MANY_ROWS && !quiet && world.stderr.isTerminal()) indexAll(world, history, "index");
    else indexSome(world, history);
  } catch (error) {
    // Somebody else is writing, the daemon at this very work perhaps.
    if (!(error instanceof RrError) || error.code !== "busy") throw error;
  }
}

function indexAll(world: World, history: History, what: string): void {
  const total = history.index.left();
  using progress = startProgress(world, what);
  for (let left = total; left > 0; left = history.index.catchUp()) {
    progress.update(Math.max(0, total - left), total);
  }
}

function indexSome(world: World, history: History): void {
  const end = world.clock.monotonic() + BUDGET_MS;
  while (world.clock.monotonic() < end && history.index.catchUp() > 0);
}
