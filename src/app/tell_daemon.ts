/** Has the running daemon take up what was written: a config, a key. */
import { RrError } from "../base/rr_error.ts";
import { askToReload } from "./ask_daemon.ts";

/** What became of it; `needsRestart` are keys that the daemon cannot take up while it runs. */
export type Told =
  | { readonly kind: "not-running" }
  | { readonly kind: "reloaded"; readonly needsRestart: readonly string[] }
  | { readonly kind: "refused"; readonly error: RrError };

/** Tells the daemon of a history to read its config again; never rejects. */
export async function tellDaemonToReload(dbPath: string): Promise<Told> {
  if (dbPath === ":memory:") return { kind: "not-running" };
  try {
    return { kind: "reloaded", needsRestart: await askToReload(dbPath) };
  } catch (error) {
    if (!(error instanceof RrError)) throw error;
    return error.code === "not-found" ? { kind: "not-running" } : { kind: "refused", error };
  }
}

/** The same in a sentence for a person; `undefined` if no daemon runs. `restart` starts it anew. */
export function toldSentence(told: Told, restart: string): string | undefined {
  switch (told.kind) {
    case "not-running":
      return undefined;
    case "refused":
      return `the daemon goes on with its old settings: ${told.error.message}`;
    case "reloaded":
      return told.needsRestart.length === 0
        ? "the daemon uses it now"
        : `the daemon uses ${told.needsRestart.join(", ")} after ${restart}`;
  }
}
