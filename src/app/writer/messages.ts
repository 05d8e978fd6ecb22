/** What a thread that writes and its owner tell each other, besides tasks. */
import type { BulkAnswer, BulkEnd, BulkFlush, BulkRequest } from "../../store/bulk/bulk_task.ts";
import { PackedFacts } from "../../store/bulk/packed_facts.ts";

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

/** What a thread has said. */
export function saidIn(text: string): ThreadMessage {
  const message = JSON.parse(text);
  const { result } = message;
  if (result?.gained === undefined) return message;
  return { ...message, result: { ...result, gained: new PackedFacts(result.gained) } };
}

/** What a thread is told: JSON as well, but for batches, which are bytes. */
export type WriterMessage = string | BatchMessage;

/** A request to take in a batch. */
interface BatchMessage {
  readonly id: number;
  readonly more: boolean;
  readonly peer: string;
  /** Not a view of it: Deno looks through each byte of one for a port to hand over. */
  readonly packed: ArrayBuffer;
}

/** A request with a batch. */
type BatchRequest = BulkRequest & { readonly task: { readonly kind: "batch" } };

/** Whether a request is one with a batch. */
export function isBatch(message: BulkRequest | BulkFlush | BulkEnd): message is BatchRequest {
  return "task" in message && message.task.kind === "batch";
}

/** The message for such a request. */
export function batchMessage({ id, more, task: { peer, packed } }: BatchRequest): BatchMessage {
  const isWhole = packed.length === packed.buffer.byteLength;
  return {
    id,
    more,
    peer,
    packed: (isWhole ? packed : new Uint8Array(packed)).buffer as ArrayBuffer,
  };
}

/** What a thread was told. */
export function requestOf(message: WriterMessage): BulkRequest | BulkFlush | BulkEnd {
  if (typeof message === "string") return JSON.parse(message);
  const { id, more, peer, packed } = message;
  return { id, more, task: { kind: "batch", peer, packed: new Uint8Array(packed) } };
}
