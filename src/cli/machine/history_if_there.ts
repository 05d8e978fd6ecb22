import { RrError } from "../../base/rr_error.ts";
import type { World } from "../../base/world.ts";
import { type History, openHistory } from "../../store/file/open_history.ts";

/**
 * The history, to be read; `undefined` if there is none, as a question must not create one.
 *
 * @throws {RrError} as {@linkcode openHistory} does, if there is one that cannot be read
 */
export function historyIfThere(world: World, dbPath: string): History | undefined {
  try {
    return openHistory(dbPath, { ...world, mode: "readonly" });
  } catch (error) {
    if (error instanceof RrError && error.code === "not-found") return undefined;
    throw error;
  }
}
