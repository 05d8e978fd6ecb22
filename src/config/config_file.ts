/** The config file: TOML to a table of keys, with what is wrong in it. */
import { parse, TomlError } from "smol-toml";
import { causeChain } from "../base/rr_error.ts";
import type { Files } from "../base/world.ts";

/** Parses TOML; throws at the first error. */
export { parse };

/** The keys and values of a config file. */
export type ConfigTable = Readonly<Record<string, unknown>>;

/** A config file that cannot be used as it stands. */
export interface ConfigFileFault {
  /** What is wrong, with line and column where they are known. */
  readonly message: string;
}

/** A config file that was read. */
export interface ConfigFile {
  readonly path: string;
  readonly exists: boolean;
  readonly text: string;
  /** All keys, or with a fault those that could still be made out. */
  readonly table: ConfigTable;
  readonly fault: ConfigFileFault | undefined;
}

/** Reads the config file; a missing one is empty. Never throws: what is wrong is in `fault`. */
export function readConfigFile(path: string, files: Pick<Files, "readText">): ConfigFile {
  let text: string | undefined;
  try {
    text = files.readText(path);
  } catch (error) {
    return { path, exists: true, text: "", table: {}, fault: { message: causeChain(error) } };
  }
  if (text === undefined) return { path, exists: false, text: "", table: {}, fault: undefined };
  try {
    return { path, exists: true, text, table: parse(text), fault: undefined };
  } catch (error) {
    const fault = { message: `Cannot read the config "${path}"${describe(error)}` };
    return { path, exists: true, text, table: salvage(text), fault };
  }
}

function describe(error: unknown): string {
  if (!(error instanceof TomlError)) return `: ${causeChain(error)}`;
  const reason = error.message.split("\n", 1)[0]!.replace(/^Invalid TOML document: /, "");
  return `, line ${error.line}, column ${error.column}: ${reason}`;
}

const KEY_LINE = /^\s*[A-Za-z0-9_-]+\s*=/;
const TABLE_LINE = /^\s*\[/;

/**
 * What can be made out of a file with a syntax error: each line that is a whole key and value.
 *
 * One slip must not send what is recorded to another database, or record what was to be ignored.
 */
function salvage(text: string): ConfigTable {
  const table: Record<string, unknown> = {};
  for (const line of text.split(/\r?\n/)) {
    if (TABLE_LINE.test(line)) break;
    if (!KEY_LINE.test(line)) continue;
    try {
      Object.assign(table, parse(line));
    } catch {
      continue;
    }
  }
  return table;
}
