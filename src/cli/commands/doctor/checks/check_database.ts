import { shellWord } from "../../../../base/shell_words.ts";
import { counted } from "../../../../base/grouped.ts";
import { causeChain, RrError } from "../../../../base/rr_error.ts";
import { openHistory } from "../../../../store/file/open_history.ts";
import { isDamaged, openForeign } from "../../../../store/file/read_foreign.ts";
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
  return [...privacy(world, path), ...integrity(world, path, info.size)];
}

// The original makes all three readable, so that it is one fault and one cure.
function privacy({ files }: DoctorContext["world"], path: string): Finding[] {
  const modeOf = (file: string): number => files.stat(file)?.mode ?? 0;
  const open = [path, `${path}-wal`, `${path}-shm`].filter((file) => (modeOf(file) & 0o077) !== 0);
  if (open.length === 0) return [];
  return [{
    level: "warn",
    message: `Others can read the history (mode=${modeOf(open[0]!).toString(8)})`,
    hint: `\`chmod 600 ${open.map(shellWord).join(" ")}\``,
  }];
}

function integrity(world: DoctorContext["world"], path: string, bytes: number): Finding[] {
  const faults = faultsOf(world, path);
  if (faults.length > 0) {
    return faults.map((fault, i) => ({
      level: "error",
      message: `The database is damaged: ${fault}`,
      // Once, behind all of them: it is long.
      ...(i === faults.length - 1 ? { hint: wayToSave(path) } : {}),
    }));
  }
  const entries = countAsOthersDo(world, path);
  const size = (bytes / 2 ** 20).toFixed(1);
  return [{
    level: "ok",
    message: `Whole: ${counted(entries, "entry", "entries")} in ${size} MiB`,
  }];
}

function faultsOf({ files }: DoctorContext["world"], path: string): string[] {
  try {
    using db = openForeign(path, files);
    const said = db.all(`PRAGMA quick_check(${MOST_FAULTS})`).map((row) => String(row[0]));
    return said.length === 1 && said[0] === "ok" ? [] : said;
  } catch (error) {
    if (!isDamaged(error)) throw error;
    return [causeChain(error)]; // too damaged to be looked through
  }
}

/**
 * By rr alone: the `.recover` of a widespread sqlite3 fails on any file, and leaves an empty one. All three
 * files are moved, since a log that stays behind would be played into the new history.
 */
function wayToSave(path: string): string {
  const rr = `rr --db-path ${shellWord(path)}`;
  const aside = `${path}.damaged`;
  const folder = shellWord(aside);
  const saved = shellWord(`${aside}/saved.jsonl`);
  const files = [path, `${path}-wal`, `${path}-shm`].map(shellWord).join(" ");
  return "To save what can be read, in this order: stop the daemon (`rr service stop`); " +
    `\`mkdir -m 700 ${folder}\`; \`${rr} export > ${saved}\`, which says how many it left out; ` +
    `\`mv ${files} ${folder}\` (one that is not there does not matter; delete none); ` +
    `\`${rr} import --from jsonl --path ${saved}\`; \`rr service start\`. ` +
    "Other devices, or a backup, bring back what they have of the rest";
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
