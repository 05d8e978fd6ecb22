import { isSpoolUsed } from "../app/intake.ts";
import type { World } from "../base/world.ts";
import type { Origin, Settings } from "../config/settings.ts";
import { printWarning } from "./print/print.ts";

const BY_HAND = "`rr record` and `rr import` begin one";
/** What begins a history, by who says where it is; a config is there once `rr setup` was run. */
const BEGINNINGS: Readonly<Record<Origin["source"], string>> = {
  default: "`rr setup` begins one",
  config: "the first command of a new terminal begins one, and so does `rr import`",
  env: BY_HAND,
  flag: BY_HAND,
};

/**
 * The settings for a question: of an empty history in memory where there is none. A question must not
 * make a file, least of all where a path was mistyped; it says that there is nothing.
 *
 * Nothing is taken in from the spool of a history in memory, so that no record gets lost in it.
 */
export function settingsToRead(world: World, settings: Settings): Settings {
  const { dbPath, origins } = settings;
  if (dbPath === ":memory:" || world.files.stat(dbPath) !== undefined) return settings;
  if (isSpoolUsed(world, settings)) return settings;
  printWarning(world, `there is no history at ${dbPath}: ${BEGINNINGS[origins.dbPath.source]}`);
  return { ...settings, dbPath: ":memory:" };
}
