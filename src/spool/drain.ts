/** Leaves no trace of past commands in the spool, for when some of them are to be deleted. */
import { type IngestDeps, type IngestReport, ingestSpools } from "./ingest.ts";
import { sortNames } from "./spool_names.ts";

// Within this a shell that had opened a file before it was renamed has closed it.
const PAUSE_MS = 250;

/**
 * Takes in everything and removes what was read, set aside or left over, at once instead of some time
 * later. Only commands that are typed from now on are in the spool afterwards. Takes a quarter of a
 * second, unless there is nothing to drain.
 */
export async function drainSpools(deps: IngestDeps, signal?: AbortSignal): Promise<IngestReport> {
  const report = await ingestSpools(deps);
  if (sortNames(deps.files.list(deps.folder)).taken.length === 0) {
    removeLeftovers(deps);
    return report;
  }
  await deps.clock.sleep(PAUSE_MS, signal);
  const rest = await ingestSpools(deps, { settleMs: PAUSE_MS });
  removeLeftovers(deps);
  return {
    inserted: report.inserted + rest.inserted,
    ignored: report.ignored + rest.ignored,
    skipped: report.skipped + rest.skipped,
    broken: report.broken + rest.broken,
    waiting: rest.waiting,
    problem: rest.problem,
    unreadable: rest.unreadable,
  };
}

function removeLeftovers({ files, folder }: IngestDeps): void {
  const { torn, scratch } = sortNames(files.list(folder));
  for (const name of [...torn, ...scratch]) files.remove(`${folder}/${name}`);
}
