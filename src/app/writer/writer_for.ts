/** The writer that fits what is to be written. */
import type { Clock } from "../../base/clock.ts";
import type { BulkWriter } from "../../store/bulk/bulk_writer.ts";
import type { History } from "../../store/file/open_history.ts";
import { openWriter } from "./open_writer.ts";
import { writeWith } from "./write_with.ts";

/** Above this it pays to write in a thread of its own, which takes a moment to start. */
const LARGE_BYTES = 1024 * 1024;

/**
 * A writer for a source of so many bytes. Until it is disposed of, nobody else may write by the connection
 * of `history`.
 *
 * @throws {RrError} as {@linkcode openWriter}
 */
export async function writerFor(
  history: History,
  clock: Clock,
  bytes: number,
): Promise<BulkWriter> {
  const isLarge = bytes > LARGE_BYTES && history.path !== ":memory:";
  return isLarge ? await openWriter(history.path) : writeWith(history, clock);
}
