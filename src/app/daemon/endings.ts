/** What ends a daemon, and what it goes on after. */
import { RrError } from "../../base/rr_error.ts";
import type { World } from "../../base/world.ts";

/**
 * Tells whether the terminal that the daemon was started from is gone: then the signal was the news of
 * that, and not somebody's wish to have the configuration read again.
 */
export function watchTerminal({ stdout, stderr }: World): () => boolean {
  const outputs = [stdout, stderr].filter((output) => output.isTerminal());
  return () => outputs.some((output) => !output.isTerminal());
}

/** Whether waiting may help: a network that comes up, another process that ends, a full disk. */
export function canPass(error: unknown): boolean {
  return error instanceof RrError && PASSING.has(error.code);
}

const PASSING: ReadonlySet<RrError["code"]> = new Set(["network", "busy", "io"]);

/** The hint of an error, as a field of the log. */
export function hintOf(error: unknown): { readonly hint?: string } {
  return error instanceof RrError && error.hint !== undefined ? { hint: error.hint } : {};
}
