import { shellWord } from "../../../../base/shell_words.ts";
import { counted } from "../../../../base/grouped.ts";
import { RrError } from "../../../../base/rr_error.ts";
import { openHistory } from "../../../../store/file/open_history.ts";
import { openForeign } from "../../../../store/file/read_foreign.ts";
import type { Check, DoctorContext, Finding } from "../finding.ts";

/** Whether the database is whole, and private. */
export const checkDatabase: Check = { name: "database", run };

// More than that is a list of broken pages that says nothing new.
const MOST_FAULTS = 3;

function run({ world, settings }: DoctorContext): Finding[] {
  const path = settings.dbPath;
  if (path === ":memory:") {
    return [{
      level: "warn",
      message: "The database is :memory:, so nothing is kept",
      hint: `Set ${settings.origins.dbPath.name} to a file`,
    }];
  }
  const info = world.files.stat(path);
  if (info === undefined) {
    return [{
      level: "info",
      message: `There is no database at ${path} yet; the first recorded command makes it`,
    }];
  }
  const found: Finding[] = [];
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    const mode = world.files.stat(file)?.mode ?? 0;
    if ((mode & 0o077) === 0) continue;
    found.push({
      level: "warn",
      message: `Others can read the history (mode=${mode.toString(8)}): ${file}`,
      hint: `chmod 600 ${shellWord(file)}`,
    });
  }
  return [...found, ...integrity(world, path, info.size)];
}

function integrity(world: DoctorContext["world"], path: string, bytes: number): Finding[] {
  using db = openForeign(path, world.files);
  const faults = db.all(`PRAGMA quick_check(${MOST_FAULTS})`).map((row) => String(row[0]));
  if (faults.length !== 1 || faults[0] !== "ok") {
    return faults.map((fault) => ({
      level: "error",
      message: `The database is damaged: ${fault}`,
      hint: `Stop the daemon, keep a copy of ${path}, and recover it: ` +
        `sqlite3 ${path} .recover | sqlite3 new.db`,
    }));
  }
  const entries = countAsOthersDo(world, path);
  const size = (bytes / 2 ** 20).toFixed(1);
  return [{
    level: "ok",
    message: `Whole: ${counted(entries, "entry", "entries")} in ${size} MiB`,
  }];
}

// By the same door as every command: a file that is whole may be of a newer rr, or of another program.
function countAsOthersDo(world: DoctorContext["world"], path: string): number {
  try {
    using history = openHistory(path, { ...world, mode: "readonly" });
    return history.log.count();
  } catch (error) {
    if (!(error instanceof RrError) || error.code !== "io") throw error;
    using history = openHistory(path, { ...world, mode: "still" }); // on a disk that gives no room for locks
    return history.log.count();
  }
}
