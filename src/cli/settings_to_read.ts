import { isSpoolUsed } from "../app/intake.ts";
import type { World } from "../base/world.ts";
import type { Settings } from "../config/settings.ts";
import { printWarning } from "./print/print.ts";

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
  const next = origins.dbPath.source === "default"
    ? "`rr setup` begins one"
    : "`rr record` and `rr import` begin one";
  printWarning(world, `there is no history at ${dbPath}: ${next}`);
  return { ...settings, dbPath: ":memory:" };
}
