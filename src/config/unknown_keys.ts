/** Keys of the config file that rr does not know: most often slips. */
import type { ConfigFile } from "./config_file.ts";
import { knownKeys } from "./schema.ts";
import type { SettingProblem } from "./settings.ts";
import { mostSimilar } from "../base/similar.ts";

/** A problem for each of them, with what was probably meant. */
export function unknownKeys({ path, table }: ConfigFile): SettingProblem[] {
  const known = knownKeys();
  return Object.keys(table).filter((key) => !known.includes(key)).map((key) => {
    const similar = mostSimilar(key, known);
    return {
      kind: "unknown-key",
      message: `The config "${path}" has the unknown key ${JSON.stringify(key)}`,
      hint: similar === undefined
        ? "Remove the key, or see `rr init --help` for the known ones"
        : `Did you mean ${similar}?`,
    };
  });
}
