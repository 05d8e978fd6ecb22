/**
 * How the database of the original becomes ours, and stays one the original can open and write: its
 * tables and columns keep their names and meaning, we only add. Names of our own start with `rr_`.
 *
 * The list is only ever appended to. A step runs once, in one transaction with its number.
 */
import { RrError } from "../../base/rr_error.ts";
import type { Database } from "./database.ts";
import { CLOCK_UNSET_BEFORE, DELETED_SALT, PRUNED_BEFORE } from "./meta.ts";

/** One step of the schema. */
export interface Migration {
  /** The `user_version` afterwards. */
  readonly version: number;
  /** What hurt before. */
  readonly why: string;
  /** Creates tables of our own; a reader that may not write makes them temporary ones. */
  readonly tables: string;
  /** Everything else, run afterwards. */
  readonly sql: string;
}

/** What takes this long or longer is in an index of its own, which is of use where just this is asked. */
export const LONG_RUN_MS = 600_000;

/** Seconds of a week: what is compared with other devices is summed up by weeks. */
const WEEK_SECONDS = 604_800;

/** The week of a time; `weekOf()` of `named/item.ts` in SQL. */
function weekSql(ts: string): string {
  return `iif(${ts} < ${CLOCK_UNSET_BEFORE}, 0, CAST(${ts} AS INTEGER) / ${WEEK_SECONDS})`;
}

const ORIGINAL_TABLES = `
CREATE TABLE IF NOT EXISTS entries (
  ingest_seq INTEGER PRIMARY KEY AUTOINCREMENT,
  entry_id TEXT NOT NULL UNIQUE,
  device_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  ts INTEGER NOT NULL,
  cmd TEXT NOT NULL,
  cwd TEXT NOT NULL,
  exit_code INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  shell TEXT NOT NULL,
  hostname TEXT NOT NULL,
  version TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS peer_state (
  peer_id TEXT PRIMARY KEY,
  last_cursor INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS peer_push_state (
  peer_id TEXT PRIMARY KEY,
  last_pushed_seq INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS peer_book (
  peer_id TEXT PRIMARY KEY,
  addrs_json TEXT NOT NULL,
  user_id TEXT,
  device_id TEXT,
  last_seen INTEGER NOT NULL
);`;

const ADDED_COLUMNS = `
ALTER TABLE entries ADD COLUMN ts_ms INTEGER;
ALTER TABLE entries ADD COLUMN session TEXT;`;

/** Tables and indexes as the original creates them; it runs the same statements at every start. */
export const ORIGINAL_SCHEMA = `${ORIGINAL_TABLES}
CREATE INDEX IF NOT EXISTS idx_entries_ts ON entries (ts);
CREATE INDEX IF NOT EXISTS idx_entries_device_id ON entries (device_id);
CREATE INDEX IF NOT EXISTS idx_peer_book_last_seen ON peer_book (last_seen);`;

/** All steps, ascending. */
export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    why:
      "whole seconds lose the order of commands, a bare cursor cannot tell a recreated peer, and " +
      "what was deleted came back with the next pull",
    tables: `
      CREATE TABLE rr_meta (
        key TEXT PRIMARY KEY, value TEXT NOT NULL
      ) WITHOUT ROWID;
      CREATE TABLE rr_pull_state (
        peer_id TEXT PRIMARY KEY, cursor INTEGER NOT NULL, last_id TEXT
      ) WITHOUT ROWID;
      CREATE TABLE rr_peer_name (
        peer_id TEXT PRIMARY KEY, hostname TEXT NOT NULL
      ) WITHOUT ROWID;
      CREATE TABLE rr_deleted (
        entry_id TEXT PRIMARY KEY, device_id TEXT NOT NULL, ts INTEGER NOT NULL,
        deleted_at INTEGER NOT NULL
      ) WITHOUT ROWID;`,
    sql: `${ORIGINAL_SCHEMA} ${ADDED_COLUMNS}`,
  },
  {
    version: 2,
    why:
      "finding the newest distinct commands of a folder, a host or a session went through every " +
      "row with its text: seconds at a million",
    tables: `
      CREATE TABLE rr_text (
        first_id INTEGER PRIMARY KEY, hashes BLOB NOT NULL, ends BLOB NOT NULL, bytes BLOB NOT NULL
      );
      CREATE TABLE rr_place (
        id INTEGER PRIMARY KEY, cwd TEXT NOT NULL, hostname TEXT NOT NULL, device_id TEXT NOT NULL,
        UNIQUE (cwd, hostname, device_id)
      );
      CREATE TABLE rr_session (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
      CREATE TABLE rr_chunk (
        first_seq INTEGER PRIMARY KEY, last_seq INTEGER NOT NULL,
        newest_ms INTEGER NOT NULL, oldest_ms INTEGER NOT NULL,
        places BLOB NOT NULL, sessions BLOB NOT NULL, commands BLOB NOT NULL,
        exits BLOB NOT NULL, started BLOB NOT NULL, seqs BLOB NOT NULL
      );
      CREATE TABLE rr_gone (seq INTEGER PRIMARY KEY);`,
    sql: `
      INSERT INTO rr_meta (key, value) VALUES ('hash_salt', random() & 0xffffffff);
      CREATE TRIGGER rr_entry_deleted AFTER DELETE ON entries BEGIN
        INSERT OR IGNORE INTO rr_gone (seq) VALUES (OLD.ingest_seq);
      END;
      CREATE TRIGGER rr_entry_changed AFTER UPDATE ON entries BEGIN
        INSERT OR REPLACE INTO rr_meta (key, value) VALUES ('index_stale', '1');
      END;`,
  },
  {
    version: 3,
    why:
      "to find out what a peer lacks, both sides went through all that either had ever sent, and a " +
      "deletion stayed on its own device",
    tables: `
      CREATE TABLE rr_tomb (
        entry_id TEXT PRIMARY KEY, seq INTEGER NOT NULL UNIQUE, device_id TEXT NOT NULL,
        ts INTEGER NOT NULL, deleted_at INTEGER NOT NULL, replaced INTEGER NOT NULL
      ) WITHOUT ROWID;
      CREATE TABLE rr_digest (
        device_id TEXT NOT NULL, week INTEGER NOT NULL, n INTEGER NOT NULL, d BLOB NOT NULL,
        seq INTEGER NOT NULL, PRIMARY KEY (device_id, week)
      ) WITHOUT ROWID;
      CREATE TABLE rr_base (
        name TEXT PRIMARY KEY, floor INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL
      ) WITHOUT ROWID;
      CREATE TABLE rr_pin (peer_id TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE rr_dirty (week INTEGER PRIMARY KEY);`,
    // Own deletions leave a row in one of the two tables first, or lie below what is kept. Put together
    // when it is run: every start of `rr record` would wait for it.
    get sql(): string {
      return `
      ALTER TABLE rr_deleted ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE rr_deleted ADD COLUMN counted INTEGER NOT NULL DEFAULT 0;
      CREATE TRIGGER rr_set_deleted AFTER DELETE ON entries
      WHEN NOT EXISTS (SELECT 1 FROM rr_tomb WHERE entry_id = OLD.entry_id)
        AND NOT EXISTS (SELECT 1 FROM rr_deleted WHERE entry_id = OLD.entry_id)
        AND (OLD.ts < ${CLOCK_UNSET_BEFORE} OR OLD.ts / ${WEEK_SECONDS} >= coalesce(
          (SELECT (CAST(value AS INTEGER) + ${WEEK_SECONDS - 1}) / ${WEEK_SECONDS} FROM rr_meta
            WHERE key = '${PRUNED_BEFORE}'), 0))
      BEGIN
        INSERT OR IGNORE INTO rr_dirty (week) VALUES (${weekSql("OLD.ts")});
      END;
      CREATE TRIGGER rr_set_changed AFTER UPDATE OF entry_id, device_id, ts ON entries BEGIN
        INSERT OR IGNORE INTO rr_dirty (week) VALUES (${weekSql("OLD.ts")}), (${weekSql("NEW.ts")});
      END;`;
    },
  },
  {
    version: 4,
    why: "a command that is wanted again and again had to be found each time",
    tables: `
      CREATE TABLE rr_pinned (
        cmd TEXT PRIMARY KEY, seq INTEGER NOT NULL, at INTEGER NOT NULL
      ) WITHOUT ROWID;`,
    // A deleted command is nowhere in the file, whoever deletes its last run.
    sql: `
      CREATE TRIGGER rr_pinned_gone AFTER DELETE ON entries
      WHEN EXISTS (SELECT 1 FROM rr_pinned WHERE cmd = OLD.cmd)
        AND NOT EXISTS (SELECT 1 FROM entries WHERE cmd = OLD.cmd)
      BEGIN
        DELETE FROM rr_pinned WHERE cmd = OLD.cmd;
      END;`,
  },
  {
    version: 5,
    why: "an import from a file without times brought back what had been deleted",
    tables: "CREATE TABLE rr_forgotten (mark INTEGER PRIMARY KEY);",
    sql: `
      INSERT OR IGNORE INTO rr_meta (key, value)
      VALUES ('${DELETED_SALT}', lower(hex(randomblob(16))));`,
  },
  {
    version: 6,
    why: "which few runs took longest was found out by going through every row",
    tables: "",
    sql: `
      CREATE INDEX rr_longest ON entries (duration_ms) WHERE duration_ms >= ${LONG_RUN_MS};`,
  },
  {
    version: 7,
    why: "what was pinned on one device was not on the others",
    tables: "CREATE TABLE rr_unpinned (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);",
    // A program that ran on while another one did this step sets pins without an id.
    sql: `
      ALTER TABLE rr_pinned ADD COLUMN id TEXT NOT NULL DEFAULT '';
      UPDATE rr_pinned SET id = lower(hex(randomblob(16)));
      CREATE TRIGGER rr_pinned_set AFTER INSERT ON rr_pinned WHEN NEW.id = '' BEGIN
        UPDATE rr_pinned SET id = lower(hex(randomblob(16))) WHERE cmd = NEW.cmd;
      END;`,
  },
];

/** The newest version that this program knows. */
export const LATEST_VERSION: number = MIGRATIONS.at(-1)!.version;

/** The schema version of an open database; 0 for one of the original or an empty one. */
export function schemaVersion(db: Database): number {
  return db.integer("PRAGMA user_version");
}

/**
 * Brings the schema up to date. Safe when several processes do it at the same time.
 *
 * @throws {RrError} `database` if a newer program made it, or if it is not a history at all
 */
export function migrate(db: Database, migrations: readonly Migration[] = MIGRATIONS): void {
  const latest = migrations.at(-1)?.version ?? 0;
  if (schemaVersion(db) === latest) return;
  db.transaction(() => {
    const version = schemaVersion(db);
    refuseForeign(db, version, latest);
    for (const step of migrations) {
      if (step.version <= version) continue;
      db.exec(`${step.tables} ${step.sql} PRAGMA user_version = ${step.version}`);
    }
  });
}

/**
 * Makes an older schema readable as if it were up to date, changing nothing in the file: what is
 * missing is there as temporary views and empty tables, which come before the file's own.
 *
 * @throws {RrError} as {@linkcode migrate}
 */
export function migrateForReading(db: Database): void {
  const version = schemaVersion(db);
  refuseForeign(db, version, LATEST_VERSION);
  db.exec("PRAGMA temp_store = MEMORY");
  for (const step of MIGRATIONS) {
    if (step.version > version) {
      db.exec(step.tables.replaceAll("CREATE TABLE", "CREATE TEMP TABLE"));
    }
  }
  if (version > 0) return;
  const isEmpty = db.row("SELECT 1 FROM sqlite_master WHERE name = 'entries'") === undefined;
  db.exec(
    isEmpty
      ? ORIGINAL_TABLES.replaceAll("CREATE TABLE IF NOT EXISTS", "CREATE TEMP TABLE") +
        ADDED_COLUMNS
      : "CREATE TEMP VIEW entries AS SELECT *, NULL AS ts_ms, NULL AS session FROM main.entries",
  );
}

const OUR_TABLES = "SELECT count(*) FROM sqlite_master WHERE name IN ('entries', 'rr_meta')";
const TABLES_AND_COLUMNS = `
SELECT (SELECT count(*) FROM sqlite_master WHERE type = 'table'),
  (SELECT count(*) FROM pragma_table_info('entries')
    WHERE name IN ('ingest_seq', 'entry_id', 'device_id', 'ts', 'cmd'))`;

/** Throws unless the database is empty, the original's, or one of ours up to `latest`. */
export function refuseForeign(db: Database, version: number, latest = LATEST_VERSION): void {
  if (version > latest) {
    throw new RrError(
      "database",
      `Cannot use the database "${db.path}": its schema is version ${version}, this rr knows ${latest}`,
      { hint: "A newer rr has written it: update this one" },
    );
  }
  if (version > 0 && db.integer(OUR_TABLES) === 2) return;
  const [tables, columns] = db.row(TABLES_AND_COLUMNS)!;
  if (version < 0 || (tables !== 0 && columns !== 5)) {
    throw new RrError(
      "database",
      `Cannot use the database "${db.path}": it belongs to another program`,
      { hint: "It was left as it is: name another file with --db-path" },
    );
  }
}
