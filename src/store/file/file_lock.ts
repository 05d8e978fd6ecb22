/**
 * A lock that dies with its process.
 *
 * A small SQLite file whose write lock is held for as long as the process wants it. The kernel drops
 * the lock when the process ends, however it ends, so nothing has to be cleaned up and no pid has to be
 * guessed to be alive. The name of the holder can be read meanwhile, since a write lock that has
 * written nothing does not keep readers out.
 */
import { RrError } from "../../base/rr_error.ts";
import { Database } from "./database.ts";

/** Who holds a lock. */
export interface LockHolder {
  readonly pid: number;
  /** Milliseconds since the Unix epoch. */
  readonly sinceMs: number;
}

/** The lock, or who has it. */
export type LockAttempt =
  | { readonly lock: Disposable }
  /** `undefined` if the holder has not written down its name yet. */
  | { readonly heldBy: LockHolder | undefined };

/**
 * How long to wait for a lock that somebody else has. It may only be looking, or writing down its name,
 * which takes a few milliseconds; the holder keeps it for hours.
 */
const PATIENCE_MS = 300;

/** Rounds of writing down our name; each further one means that somebody else got in between. */
const MAX_ROUNDS = 20;

/**
 * Takes the lock, without waiting for who holds it. The file must exist (it may be empty) or is created.
 *
 * @throws {RrError} `database` if the file cannot be used as a lock
 */
export function acquireFileLock(path: string, holder: LockHolder): LockAttempt {
  const db = new Database(path, { readOnly: false });
  try {
    db.exec(`PRAGMA busy_timeout = ${PATIENCE_MS}`);
    const lock = hold(db, holder);
    if (lock) return { lock };
    const heldBy = readName(db);
    db[Symbol.dispose]();
    return { heldBy };
  } catch (error) {
    db[Symbol.dispose]();
    throw error;
  }
}

/**
 * Who holds the lock now; `undefined` if nobody does or there is no such file.
 *
 * @throws {RrError} `database` if the file cannot be used as a lock
 */
export function readFileLock(path: string): LockHolder | undefined {
  using db = new Database(path, { readOnly: false });
  db.exec("PRAGMA busy_timeout = 0");
  if (tryBegin(db)) {
    db.exec("ROLLBACK");
    return undefined;
  }
  db.exec(`PRAGMA busy_timeout = ${PATIENCE_MS}`);
  return readName(db);
}

/** Holds the write lock with our name written down; `undefined` if somebody else has it. */
function hold(db: Database, holder: LockHolder): Disposable | undefined {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if (!tryBegin(db)) return undefined;
    const name = readName(db);
    if (name?.pid === holder.pid && name.sinceMs === holder.sinceMs) return db;
    // A name must be committed to be read, and a commit drops the lock: take it again and see whether
    // the name is still ours.
    writeName(db, holder);
    db.exec("COMMIT");
  }
  throw new RrError(
    "busy",
    `Cannot take the lock "${db.path}": too many processes want it at once`,
  );
}

function tryBegin(db: Database): boolean {
  try {
    db.exec("BEGIN IMMEDIATE");
    return true;
  } catch (error) {
    if (error instanceof RrError && error.code === "busy") return false;
    throw error;
  }
}

function writeName(db: Database, { pid, sinceMs }: LockHolder): void {
  db.exec("CREATE TABLE IF NOT EXISTS holder (pid INTEGER NOT NULL, since_ms INTEGER NOT NULL)");
  db.exec("DELETE FROM holder");
  db.run("INSERT INTO holder (pid, since_ms) VALUES (?, ?)", pid, sinceMs);
}

function readName(db: Database): LockHolder | undefined {
  const isNew = db.integer("SELECT count(*) FROM sqlite_master WHERE name = 'holder'") === 0;
  const row = isNew ? undefined : db.row("SELECT pid, since_ms FROM holder");
  const [pid, sinceMs] = row ?? [];
  return typeof pid === "number" && typeof sinceMs === "number" ? { pid, sinceMs } : undefined;
}
