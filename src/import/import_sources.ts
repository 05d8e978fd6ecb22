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
import { readableRows } from "./damaged_rows.ts";
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
      return rowSource(path, files, ["history", "command"], atuinQuery, parseAtuinRow);
    case "hishtory":
      return rowSource(
        path,
        files,
        ["history_entries", "command"],
        hishtoryQuery,
        parseHishtoryRow,
      );
    case "mcfly":
      return rowSource(path, files, ["commands", "cmd"], mcflyQuery, parseMcflyRow);
    case "rustory":
      return rowSource(path, files, ["entries", "cmd"], rustoryQuery, parseRustoryRow);
  }
}

// What programs hand over as a file: pipes and the like are read here.
const HANDED_OVER = /^\/(?:dev\/(?:stdin|fd\/\d+)|proc\/(?:self|\d+)\/fd\/\d+)$/;

// Opening a pipe waits for somebody who writes to it, and some devices never end.
function checkKind(path: string, files: Files): void {
  const kind = files.stat(path)?.kind;
  if (kind === undefined || kind === "file" || HANDED_OVER.test(path)) return;
  const what = kind === "folder" ? "a folder" : "no ordinary file";
  throw new RrError("invalid", `Cannot import "${path}": it is ${what}`, {
    hint: "Name the file itself with --path; /dev/stdin takes what is piped in",
  });
}

function fileSource(
  path: string,
  files: Files,
  parse: (bytes: Uint8Array) => Iterable<ImportItem>,
): OpenSource {
  checkKind(path, files);
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
  [table, text]: readonly [table: string, text: string],
  query: (has: readonly string[]) => RowQuery,
  parse: (row: Row, at: number) => ImportItem,
): OpenSource {
  checkKind(path, files);
  const db = openForeign(path, files);
  const has = db.columns(table);
  if (!has.includes(text)) {
    db[Symbol.dispose]();
    const missing = has.length === 0 ? `no table "${table}"` : `no column "${text}" in "${table}"`;
    throw new RrError("invalid", `Cannot import "${path}": it has ${missing}`, {
      hint: "Is it the database of the program that --from names?",
    });
  }
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
