/** Opens the history database; the one door to the rest of the store. */
import { CommandIndex } from "../index/command_index.ts";
import type { Database } from "./database.ts";
import { EntryLog } from "../log/entry_log.ts";
import { Maintenance } from "./maintenance.ts";
import type { Meta } from "./meta.ts";
import { type HistoryOptions, type Opened, openFile } from "./open_file.ts";
import { FilePlace, type PlaceState } from "./file_place.ts";
import { readOnlyTwin } from "./read_only_twin.ts";
import { PeerStore } from "../log/peer_store.ts";
import { HistorySearch } from "../index/history_search.ts";
import { healPruneMark } from "../log/prune_mark.ts";
import { Incidents } from "../log/incidents.ts";
import { Pins } from "../log/pins.ts";
import { Removal } from "../log/removal.ts";
import { WriteTrouble } from "./write_trouble.ts";
import { Stats } from "../index/stats.ts";

/** An open history database. */
export interface History extends Disposable {
  readonly path: string;
  /** The entries, and how far each peer was followed; `HistoryLog` by shape. */
  readonly log: EntryLog;
  /** Known peers; `PeerBook` by shape. */
  readonly peers: PeerStore;
  /** Search and everything else that is shown. */
  readonly search: HistorySearch;
  /** What makes reads fast; to be kept up by whoever has time. */
  readonly index: CommandIndex;
  readonly stats: Stats;
  /** Commands that are listed first. */
  readonly pins: Pins;
  /** Prune and delete. */
  readonly removal: Removal;
  /** What happened to this history and those of others. */
  readonly incidents: Incidents;
  readonly maintenance: Maintenance;
  /** Facts about the database. */
  readonly meta: Meta;
  /** Why nothing can be written into it at the moment. */
  readonly trouble: WriteTrouble;
  /** What has become of the file at its path. */
  placeState(): PlaceState;
  /** Closes it without folding the write-ahead log in, which is not what SQLite takes it for. */
  closeUnfolded(): void;
  /** The path behind symbolic links, beside which SQLite has its other files. */
  readonly realPath: string | undefined;
  /** The open file, for the set that is compared with other devices: see `set/open_set.ts`. */
  readonly opened: Opened;
  /** What was put right while opening, one sentence each, for the log. */
  readonly notices: readonly string[];
  /** A number that changes when another connection has written; costs a microsecond. */
  dataVersion(): number;
}

/**
 * Opens the history at `path`, creating or upgrading it. `:memory:` is a history that ends with the
 * process.
 *
 * Folder and file are private (0700, 0600) from the first moment. An existing file that others can
 * read is tightened. A file that is not a history, is damaged or comes from a newer program is never
 * touched.
 *
 * @throws {RrError} `database` or `busy`, saying what is wrong with which file; `not-found` if there
 * is none to read
 */
export function openHistory(path: string, options: HistoryOptions): History {
  return historyIn(openFile(path, options));
}

const HEALED = "A prune at a time when the clock was wrong kept entries of peers out: " +
  "they come again with the next syncs";

/** The whole history in a file that is open. */
export function historyIn(opened: Opened): History {
  const { db, meta, files, clock, readOnly, notices } = opened;
  const realPath = db.path === ":memory:" ? undefined : realPathOf(db);
  const place = realPath === undefined ? undefined : new FilePlace(db.path, files, realPath);
  if (place !== undefined && !readOnly) db.checkWrites(() => place.check());
  const trouble = new WriteTrouble(clock);
  db.onWrite((error) =>
    error === undefined ? trouble.worked("process") : trouble.failed("process", error)
  );
  const nowUnix = Math.floor(clock.now() / 1000);
  const isHealed = !readOnly && healPruneMark(db, meta, nowUnix);
  const index = new CommandIndex(db, meta);
  const search = new HistorySearch(db, meta, clock);
  return {
    path: db.path,
    realPath,
    log: new EntryLog(db, meta, place),
    peers: new PeerStore(db, clock),
    search,
    index,
    stats: new Stats(db, meta, search),
    pins: new Pins(db, clock),
    removal: new Removal(db, meta, clock, index, search),
    incidents: new Incidents(db, meta, clock),
    maintenance: new Maintenance(db),
    meta,
    trouble,
    opened,
    notices: isHealed ? [...notices, HEALED] : notices,
    placeState: () => place?.look() ?? "same",
    dataVersion: () => db.integer("PRAGMA data_version"),
    [Symbol.dispose]: () => {
      if (place?.hasUnknownLog()) db.closeUnfolded(readOnlyTwin);
      else db[Symbol.dispose]();
    },
    closeUnfolded: () => db.closeUnfolded(readOnlyTwin),
  };
}

/** The path of an open database behind symbolic links. */
function realPathOf(db: Database): string {
  return `${db.row("PRAGMA database_list")?.[2] ?? db.path}`;
}
