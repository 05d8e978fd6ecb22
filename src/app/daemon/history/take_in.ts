/** The part that takes in what is recorded on this device: by shell hooks, imports, other processes. */
import { causeChain } from "../../../base/rr_error.ts";
import type { IngestDeps } from "../../../spool/ingest.ts";
import { createIntake, loggedIntake } from "../../intake.ts";
import type { DaemonConfig } from "../daemon_config.ts";
import { watchLocalChanges } from "../../session/local_changes.ts";
import { HistoryLostError } from "../watch/file_guard.ts";
import type { HistoryContext } from "../context.ts";

/** Looks again and again until the signal is aborted. */
export async function takeIn(context: HistoryContext, signal: AbortSignal): Promise<void> {
  const { deps, history, guard, looks, changed } = context;
  const { world, logger } = deps;
  const intake = intakeOf(context);
  let failing = "";
  let last = 0;
  let tookIn = false;
  await watchLocalChanges({
    clock: world.clock,
    next: async (until) => void (last = await looks.next(last, until)),
    dataVersion: () => {
      // SQLite must not be asked while its index is cut short: see LogWatch. Taking in takes a while.
      if (tookIn) guard.check();
      else guard.checkAt(last);
      return history.dataVersion();
    },
    ingest: async () => {
      const count = await intake();
      tookIn = count > 0;
      return count;
    },
    onChange: () => {
      failing = "";
      looks.recorded();
      changed();
    },
    // Several times a second: said once until it is something else.
    onError: (error) => {
      if (error instanceof HistoryLostError) return; // told by the watch over the file
      const text = causeChain(error);
      if (text !== failing) logger.warn("Cannot take in recorded commands", { error: text });
      failing = text;
    },
  }, signal);
}

/** An intake that goes by the configuration of the moment. */
export function intakeOf({ deps, history, config, guard }: HistoryContext): () => Promise<number> {
  const log: IngestDeps["log"] = {
    append: (entries) => {
      guard.check(); // else the first write into a file that was overwritten would hide that it was
      return history.log.append(entries);
    },
    checkPlace: () => guard.check(),
  };
  let made: { readonly from: DaemonConfig; readonly ingest: () => Promise<number> } | undefined;
  return () => {
    const from = config();
    if (made?.from !== from) {
      const intake = createIntake(from.intake, deps.world, { log });
      made = { from, ingest: loggedIntake(intake, deps.logger) };
    }
    return made.ingest();
  };
}
