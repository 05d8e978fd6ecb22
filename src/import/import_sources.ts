/** The histories that `rr import` reads, as streams that can be started again. */
import { RrError } from "../base/rr_error.ts";
import type { Files } from "../base/world.ts";
import type { Entry, EntryDraft } from "../history/entry.ts";
import type { BrokenRecord } from "../shell/broken_record.ts";
import { cleanBytes } from "./clean_bytes.ts";
import { parseBashHistory } from "./bash.ts";
import { parseFishHistory } from "./fish.ts";
import {
  atuinQuery,
  hishtoryQuery,
  type IdentifiedDraft,
  mcflyQuery,
  parseAtuinRow,
  parseHishtoryRow,
  parseMcflyRow,
  parseRustoryRow,
  type Row,
  type RowQuery,
  rustoryQuery,
} from "./rows.ts";
import { parseZshHistory } from "./zsh.ts";
import { parseJsonl } from "./jsonl.ts";
import { openForeign } from "../store/file/read_foreign.ts";

/** What `rr import --from` takes. */
export const IMPORT_SOURCES = [
  "zsh",
  "bash",
  "fish",
  "atuin",
  "hishtory",
  "mcfly",
  "rustory",
  "jsonl",
] as const;
/** One of {@linkcode IMPORT_SOURCES}. */
export type ImportSource = typeof IMPORT_SOURCES[number];

/** A record of a source: a draft that becomes an entry of ours, a whole entry, or a broken one. */
export type ImportItem = EntryDraft | IdentifiedDraft | Entry | BrokenRecord;

/** An open source. */
export interface OpenSource extends Disposable {
  /** Starts from the beginning, each time it is called. */
  items(): Iterable<ImportItem>;
}

/**
 * Opens a source.
 *
 * @throws {RrError} `not-found` or `invalid` or `database`, naming the path
 */
export function openSource(from: ImportSource, path: string, files: Files): OpenSource {
  switch (from) {
    case "zsh":
      return fileSource(path, files, parseZshHistory);
    case "bash":
      return fileSource(path, files, parseBashHistory);
    case "fish":
      return fileSource(path, files, parseFishHistory);
    case "jsonl":
      return fileSource(path, files, parseJsonl);
    case "atuin":
      return rowSource(path, files, "history", atuinQuery, parseAtuinRow);
    case "hishtory":
      return rowSource(path, files, "history_entries", hishtoryQuery, parseHishtoryRow);
    case "mcfly":
      return rowSource(path, files, "commands", mcflyQuery, parseMcflyRow);
    case "rustory":
      return rowSource(path, files, "entries", rustoryQuery, parseRustoryRow);
  }
}

function fileSource(
  path: string,
  files: Files,
  parse: (bytes: Uint8Array) => Iterable<ImportItem>,
): OpenSource {
  const bytes = files.readBytes(path);
  if (bytes === undefined) {
    throw new RrError("not-found", `Cannot import "${path}": there is no such file`, {
      hint: "Name the right one with --path",
    });
  }
  const clean = cleanBytes(bytes);
  return { items: () => parse(clean), [Symbol.dispose]: () => {} };
}

function rowSource(
  path: string,
  files: Files,
  table: string,
  query: (has: readonly string[]) => RowQuery,
  parse: (row: Row, at: number) => ImportItem,
): OpenSource {
  const db = openForeign(path, files);
  const has = db.columns(table);
  if (has.length === 0) {
    db[Symbol.dispose]();
    throw new RrError("invalid", `Cannot import "${path}": it has no table "${table}"`, {
      hint: "Is it the database of the program that --from names?",
    });
  }
  const { columns, rest } = query(has);
  function* items(): Generator<ImportItem> {
    let at = 0;
    for (const row of db.select(columns, rest)) yield parse(row, ++at);
  }
  return { items, [Symbol.dispose]: () => db[Symbol.dispose]() };
}
