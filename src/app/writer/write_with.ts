/** A writer on an open history, in this thread: for a few rows. */
import type { Clock } from "../../base/clock.ts";
import { BulkQueue } from "../../store/bulk/bulk_queue.ts";
import { BulkWriter } from "../../store/bulk/bulk_writer.ts";
import type { History } from "../../store/file/open_history.ts";

/** Writes by the connection of `history`, which nobody else may write by until this is disposed of. */
export function writeWith(history: History, clock: Clock): BulkWriter {
  return new BulkWriter(({ onAnswer }) => {
    const queue = new BulkQueue(history, clock, onAnswer);
    return { post: (message) => queue.add(message), stop: () => Promise.resolve() };
  });
}
