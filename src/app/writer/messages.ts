/** What a thread that writes and its owner tell each other, besides tasks. */
import type { BulkAnswer } from "../../store/bulk/bulk_task.ts";

/** What a writer is told at its start. */
export interface WriterSetup {
  readonly historyPath: string;
}

/** What a thread says. It crosses as JSON, which takes half as long as the values themselves would. */
export type ThreadMessage =
  | BulkAnswer
  /** It is ready. */
  | { readonly opened: true }
  /** The history cannot be opened. */
  | { readonly refused: Extract<BulkAnswer, { failed: unknown }>["failed"] };
