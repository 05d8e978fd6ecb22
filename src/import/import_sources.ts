/** The histories that `rr import` reads, as streams that can be started again. */
import { RrError } from "../base/rr_error.ts";
import type { Files } from "../base/world.ts";
import type { Entry, EntryDraft } from "../history/entry.ts";
import type { BrokenRecord } from "../shell/broken_record.ts";
import { isHandedOver, MOST_BYTES } from "./handed_over.ts";
import { cleanBytes } from "./formats/clean_bytes.ts";
import { readableRows } from "./formats/damaged_rows.ts";
import { parseBashHistory } from "./formats/bash.ts";
import { fileKind, type HistoryShape, historyShape, LOOKED_AT } from "./formats/file_kind.ts";
import { parseFishHistory } from "./formats/fish.ts";
import { parseJsonl } from "./formats/jsonl.ts";
import {
  atuinQuery,
  hishtoryQuery,
  type IdentifiedDraft,
  mcflyQuery,
  parseAtuinRow,
  parseHishtoryRow,
  parseMcflyRow,
  parseRustoryRow,
  rustoryQuery,
} from "./formats/rows.ts";
import type { Row, RowQuery } from "./formats/row_values.ts";
import { databaseOwner, notThat, ownerOf, TABLES, type TableSource } from "./formats/tables.ts";
import {
  parseNushellHistory,
  parsePowershellHistory,
  parseReshHistory,
  parseXonshHistory,
} from "./formats/other_shells.ts";
import {
  histdbQuery,
  nushellQuery,
  parseHistdbRow,
  parseNushellRow,
  parseXonshRow,
  xonshQuery,
} from "./formats/shell_rows.ts";
import { parseZshHistory } from "./formats/zsh.ts";
import { type ForeignDatabase, openForeign } from "../store/file/read_foreign.ts";

/** What `rr import --from` takes. */
export const IMPORT_SOURCES = [
  "zsh",
  "bash",
  "fish",
  "atuin",
  "hishtory",
  "mcfly",
  "zsh-histdb",
  "resh",
  "xonsh",
  "nushell",
  "powershell",
  "rustory",
  "jsonl",
] as const satisfies readonly (HistoryShape | TableSource)[];
/** One of {@linkcode IMPORT_SOURCES}. */
export type ImportSource = typeof IMPORT_SOURCES[number];

/** A record of a source: a draft that becomes an entry of ours, a whole entry, or a broken one. */
export type ImportItem = EntryDraft | IdentifiedDraft | Entry | BrokenRecord;

/** An open source. */
export interface OpenSource extends Disposable {
  /** Starts from the beginning, each time it is called. */
  items(): Iterable<ImportItem>;
}

type Parse = (bytes: Uint8Array) => Iterable<ImportItem>;

const PARSERS: Readonly<Record<HistoryShape, Parse>> = {
  zsh: parseZshHistory,
  bash: parseBashHistory,
  fish: parseFishHistory,
  jsonl: parseJsonl,
  resh: parseReshHistory,
  xonsh: parseXonshHistory,
  nushell: parseNushellHistory,
  powershell: parsePowershellHistory,
};

interface Rows {
  readonly query: (has: readonly string[]) => RowQuery;
  readonly parse: (row: Row, at: number) => ImportItem;
}

const ROWS: Readonly<Record<TableSource, Rows>> = {
  atuin: { query: atuinQuery, parse: parseAtuinRow },
  hishtory: { query: hishtoryQuery, parse: parseHishtoryRow },
  mcfly: { query: mcflyQuery, parse: parseMcflyRow },
  rustory: { query: rustoryQuery, parse: parseRustoryRow },
  "zsh-histdb": { query: histdbQuery, parse: parseHistdbRow },
  nushell: { query: nushellQuery, parse: parseNushellRow },
  xonsh: { query: xonshQuery, parse: parseXonshRow },
};

/**
 * Opens a source. A file that is something else than `from` says is refused, and named.
 *
 * @throws {RrError} `not-found` or `invalid` or `database`, naming the path
 */
export function openSource(from: ImportSource, path: string, files: Files): OpenSource {
  if (from === "xonsh" && files.stat(path)?.kind === "folder") return sessionsSource(path, files);
  checkKind(path, files);
  const isText = from in PARSERS && !(from in ROWS && isDatabase(path, files));
  return isText
    ? fileSource(path, files, from as HistoryShape)
    : rowSource(path, files, from as TableSource);
}

// xonsh keeps a file for each session.
function sessionsSource(folder: string, files: Files): OpenSource {
  const names = files.list(folder).filter((name) => name.endsWith(".json"));
  // Older ones kept them where it keeps other files too.
  const own = names.filter((name) => name.startsWith("xonsh-"));
  const paths = (own.length > 0 ? own : names).sort()
    .map((name) => `${folder}/${name}`).filter((path) => files.stat(path)?.kind === "file");
  function* items(): Generator<ImportItem> {
    for (const path of paths) yield* parseXonshHistory(files.readBytes(path) ?? NOTHING);
  }
  return { items, [Symbol.dispose]: () => {} };
}

// Some shells keep either, as they are told to.
function isDatabase(path: string, files: Files): boolean {
  return !isHandedOver(path) && fileKind(headOf(path, files)).is === "sqlite";
}

// A database may be as long as the disk, and only its first bytes tell what it is.
function headOf(path: string, files: Files): Uint8Array {
  return files.readHead(path, LOOKED_AT) ?? NOTHING;
}

const NOTHING = new Uint8Array();

/**
 * Whose history the file at `path` is, told by what is in it; `undefined` if that does not tell. What is
 * piped in can be read only once, and is not looked at.
 *
 * @throws {RrError} `invalid` or `database` for a database that cannot be imported
 */
export function sourceIn(path: string, files: Files): ImportSource | undefined {
  if (isHandedOver(path) || files.stat(path)?.kind !== "file") return undefined;
  const bytes = headOf(path, files);
  const kind = fileKind(bytes);
  if (kind.is === "text") return historyShape(bytes);
  if (kind.is === "utf-16") return historyShape(inUtf8(bytes, kind.encoding));
  if (kind.is !== "sqlite") return undefined;
  const owner = databaseOwner(path, files);
  if (owner === undefined) throw notThat(path, "a database of a program unknown to rr", KNOWN_HINT);
  return owner;
}

const KNOWN_HINT = `rr reads the histories of ${IMPORT_SOURCES.join(", ")}`;

// Opening a pipe waits for somebody who writes to it, and some devices never end.
function checkKind(path: string, files: Files): void {
  const kind = files.stat(path)?.kind;
  if (kind === undefined || kind === "file" || isHandedOver(path)) return;
  const what = kind === "folder" ? "a folder" : "no ordinary file";
  throw notThat(path, what, "Name the file itself with --path; /dev/stdin takes what is piped in");
}

// A sparse file of terabytes, a log that somebody took for a history, or a pipe that never ends.
function checkSize(path: string, size: number, from: string): void {
  if (size <= MOST_BYTES) return;
  throw notThat(
    path,
    `${(size / MOST_BYTES).toFixed(1)} GiB long or more, and 1 GiB is read at most`,
    `Take its end: \`tail -c 1G FILE | rr import --from ${from} --path /dev/stdin\``,
  );
}

function fileSource(path: string, files: Files, from: HistoryShape): OpenSource {
  checkSize(path, files.stat(path)?.size ?? 0, from);
  const bytes = files.readBytes(path);
  if (bytes === undefined) {
    throw new RrError("not-found", `Cannot import "${path}": there is no such file`, {
      hint: "Name the right one with --path",
    });
  }
  checkSize(path, bytes.length, from);
  const clean = cleanBytes(asText(bytes, path, files, from));
  const shape = historyShape(clean);
  if (shape !== undefined && shape !== from) {
    throw notThat(path, `a history of ${shape}, not of ${from}`, `Use --from ${shape}`);
  }
  return { items: () => PARSERS[from](clean), [Symbol.dispose]: () => {} };
}

/** The text of a file in UTF-8. @throws {RrError} `invalid` if it holds none, saying what it is */
function asText(bytes: Uint8Array, path: string, files: Files, from: string): Uint8Array {
  const kind = fileKind(bytes);
  switch (kind.is) {
    case "text":
      return bytes;
    case "utf-16":
      return inUtf8(bytes, kind.encoding);
    case "binary":
      throw notThat(path, "not text", "Name the file of the history with --path");
    case "packed":
      throw notThat(
        path,
        `packed with ${kind.by}`,
        `Unpack it: \`${kind.unpack} FILE | rr import --from ${from} --path /dev/stdin\``,
      );
    case "sqlite": {
      if (isHandedOver(path)) {
        throw notThat(path, "an SQLite database, which must be a file", "Name it with --path");
      }
      const owner = databaseOwner(path, files);
      throw owner === undefined
        ? notThat(path, "a database of a program unknown to rr", KNOWN_HINT)
        : notThat(path, `a database of ${owner}, not a file of ${from}`, `Use --from ${owner}`);
    }
  }
}

function inUtf8(bytes: Uint8Array, encoding: "utf-16le" | "utf-16be"): Uint8Array {
  return new TextEncoder().encode(new TextDecoder(encoding).decode(bytes));
}

function rowSource(path: string, files: Files, from: TableSource): OpenSource {
  if (files.stat(path)?.size === 0) {
    throw notThat(path, "empty", "Name the right database with --path");
  }
  const db = openDatabase(path, files);
  const { table, text, beside = [] } = TABLES[from];
  const has = db.columns(table);
  const lacks = beside.find((other) => db.columns(other).length === 0);
  if (!has.includes(text) || lacks !== undefined) {
    const owner = ownerOf(db);
    db[Symbol.dispose]();
    if (owner !== undefined && owner !== from) {
      throw notThat(path, `a database of ${owner}, not of ${from}`, `Use --from ${owner}`);
    }
    const missing = has.length > 0 && lacks === undefined
      ? `no column "${text}" in "${table}"`
      : `no table "${has.length === 0 ? table : lacks}"`;
    throw new RrError("invalid", `Cannot import "${path}": it has ${missing}`, {
      hint: "Is it the database of the program that --from names?",
    });
  }
  const { query, parse } = ROWS[from];
  const rows = readableRows(db, { table, text, ...query(has) });
  function* items(): Generator<ImportItem> {
    let at = 0;
    for (const row of rows()) {
      at++;
      yield row === undefined
        ? { broken: "this part of the database is damaged", at }
        : parse(row, at);
    }
  }
  return { items, [Symbol.dispose]: () => db[Symbol.dispose]() };
}

function openDatabase(path: string, files: Files): ForeignDatabase {
  try {
    return openForeign(path, files);
  } catch (error) {
    const isFile = files.stat(path)?.kind === "file";
    if (!isFile || fileKind(headOf(path, files)).is === "sqlite") throw error;
    throw new RrError("database", `Cannot import "${path}": it is no SQLite database`, {
      hint: "Name the database with --path, or use another --from",
    });
  }
}
