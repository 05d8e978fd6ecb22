/** Values of foreign rows as they are meant. */
import { cleanFolder } from "../../base/folder.ts";
import { isUnknownPlace } from "../../history/run_filter.ts";
import type { BrokenRecord } from "../../shell/broken_record.ts";

/** A row as SQLite gives it. */
export type Row = Readonly<Record<string, unknown>>;

/** What to read from a table, and in which order. */
export interface RowQuery {
  /** The name in the row and what stands for it in the query. */
  readonly columns: Readonly<Record<string, string>>;
  /** What is looked at to see whether all can be read. @default {the column of the commands} */
  readonly text?: string;
  /** Which rows; all of them without it. */
  readonly where?: string | undefined;
  /** What sorts them; as they lie in the file without it. */
  readonly order?: string | undefined;
}

/** The columns of a query: what a table of another age has not is not known. */
export function plain(has: readonly string[], names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, has.includes(name) ? name : "NULL"]));
}

/** What a number cannot hold comes as a bigint, and nothing of an entry may be that large. */
export function tooLarge(row: Row, at: number): BrokenRecord | undefined {
  const column = Object.keys(row).find((name) => typeof row[name] === "bigint");
  return column === undefined
    ? undefined
    : { broken: `expected an integer of at most 2^53 in '${column}'`, at };
}

/** A text that says something. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A folder as text; programs write nothing, "unknown" or (hishtory) "Unknown" for one that they do not know. */
export function cleanFolderOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text === undefined || isUnknownPlace(text.toLowerCase()) ? undefined : cleanFolder(text);
}

/** An integer. */
export function integerOf(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? value as number : undefined;
}

/** A time in milliseconds; 0 stands for none. */
export function millisOf(value: unknown): number | undefined {
  const ms = integerOf(value);
  return ms !== undefined && ms > 0 ? ms : undefined;
}
