/** The databases that can be imported, told by the table that holds their commands. */
import { RrError } from "../../base/rr_error.ts";
import type { Files } from "../../base/world.ts";
import type { ForeignDatabase } from "../../store/file/read_foreign.ts";
import { openForeign } from "../../store/file/read_foreign.ts";

/** A program whose history is an SQLite database. */
export type TableSource =
  | "atuin"
  | "hishtory"
  | "mcfly"
  | "rustory"
  | "zsh-histdb"
  | "nushell"
  | "xonsh";

/** Where each keeps the text of its commands, or their numbers, and which tables it needs beside that. */
export const TABLES: Readonly<
  Record<
    TableSource,
    { readonly table: string; readonly text: string; readonly beside?: readonly string[] }
  >
> = {
  atuin: { table: "history", text: "command" },
  hishtory: { table: "history_entries", text: "command" },
  mcfly: { table: "commands", text: "cmd" },
  rustory: { table: "entries", text: "cmd" },
  "zsh-histdb": { table: "history", text: "command_id", beside: ["commands", "places"] },
  nushell: { table: "history", text: "command_line" },
  xonsh: { table: "xonsh_history", text: "inp" },
};

/** Whose database it is; `undefined` if of none that is known. */
export function ownerOf(db: ForeignDatabase): TableSource | undefined {
  return (Object.keys(TABLES) as TableSource[]).find((name) =>
    db.columns(TABLES[name].table).includes(TABLES[name].text)
  );
}

/**
 * Whose database the file at `path` is; `undefined` if of none that is known.
 *
 * @throws {RrError} `database` if it cannot be read
 */
export function databaseOwner(path: string, files: Files): TableSource | undefined {
  using db = openForeign(path, files);
  return ownerOf(db);
}

/** The error for a file that is something else than asked for. */
export function notThat(path: string, what: string, hint: string): RrError {
  return new RrError("invalid", `Cannot import "${path}": it is ${what}`, { hint });
}
