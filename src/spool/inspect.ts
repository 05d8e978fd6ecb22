/** What lies in the spool, for `rr doctor`; changes nothing. */
import { RrError } from "../base/rr_error.ts";
import type { Files } from "../base/world.ts";
import { parseSpool } from "../shell/spool_record.ts";
import { readRegular } from "./read_regular.ts";
import { sortNames } from "./spool_names.ts";

/** The state of a spool folder. */
export interface SpoolState {
  /** Whether the folder is there; a hook or the first taker makes it. */
  readonly exists: boolean;
  /** Sessions with commands that are not in the history yet. */
  readonly sessions: number;
  /** Finished commands that are not in the history yet. */
  readonly waiting: number;
  /** When the newest of them was written, in milliseconds. */
  readonly newestMs: number | undefined;
  /** Rests of records that will never be finished. */
  readonly torn: number;
  /** Files that this user cannot read, or that are none. */
  readonly unreadable: readonly string[];
}

/** Looks into the folder. */
export function inspectSpools(folder: string, files: Files): SpoolState {
  const { open, taken, torn } = sortNames(files.list(folder));
  const sessions = new Set<string>();
  let waiting = 0;
  let newestMs: number | undefined;
  const paths = [
    ...open.map((session) => ({ session, name: `${session}.spool`, readTo: 0 })),
    ...taken.map(({ session, name, readTo }) => ({ session, name, readTo: readTo ?? 0 })),
  ];
  const unreadable: string[] = [];
  for (const { session, name, readTo } of paths) {
    const bytes = readIfAllowed(folder, name, files);
    if (bytes === undefined) {
      unreadable.push(`${folder}/${name}`);
      continue;
    }
    const { records } = parseSpool(bytes, readTo);
    if (records.length === 0) continue;
    sessions.add(session);
    waiting += records.length;
    const { mtimeMs } = files.stat(`${folder}/${name}`) ?? {};
    if (mtimeMs !== undefined) newestMs = Math.max(newestMs ?? 0, mtimeMs);
  }
  const exists = files.stat(folder)?.kind === "folder";
  return { exists, sessions: sessions.size, waiting, newestMs, torn: torn.length, unreadable };
}

function readIfAllowed(folder: string, name: string, files: Files): Uint8Array | undefined {
  try {
    return readRegular({ files, folder }, name) ?? NONE;
  } catch (error) {
    if (error instanceof RrError) return undefined;
    throw error;
  }
}

const NONE = new Uint8Array();
