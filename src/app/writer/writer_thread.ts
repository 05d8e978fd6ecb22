/** What runs in the thread of a writer. Started by its address: see `open_writer.ts`. */
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { RrError, toError } from "../../base/rr_error.ts";
import { type BatchTaker, BulkQueue } from "../../store/bulk/bulk_queue.ts";
import type { BulkAnswer } from "../../store/bulk/bulk_task.ts";
import { type History, openHistory } from "../../store/file/open_history.ts";
import { openSet } from "../../store/set/open_set.ts";
import { decodeBatch } from "../../wire/v2/codec.ts";
import { requestOf, type ThreadMessage, type WriterMessage, type WriterSetup } from "./messages.ts";
import { systemWorld } from "../../world/system.ts";

/**
 * Page cache: the index of ids of a million rows is 45 MiB, and what does not fit is written to the log
 * again and again within a transaction. Twice as much, with twice the nursery, took 26 MiB more and no less time.
 */
const CACHE_KIB = 16 * 1024;

/** Opens the history for a queue. */
export async function openQueue(
  { historyPath }: WriterSetup,
  answer: (answer: BulkAnswer) => void,
): Promise<{ readonly queue: BulkQueue; readonly history: History }> {
  const { files, clock } = await systemWorld();
  const history = openHistory(historyPath, { files, clock, cacheKib: CACHE_KIB });
  return { queue: new BulkQueue(history, clock, answer, takerOf(history)), history };
}

function takerOf(history: History): BatchTaker {
  const set = openSet(history);
  return {
    unpack: (packed) => decodeBatch(packed).items,
    apply: (items) => set.apply(items),
    forget: () => set.forget(),
  };
}

// Not awaited: in the package for Node it is CommonJS, which waits for nothing at its top.
if (!isMainThread && isWriterSetup(workerData)) void serve(workerData);

async function serve(setup: WriterSetup): Promise<void> {
  const port = parentPort!;
  const say = (message: ThreadMessage): void => port.postMessage(JSON.stringify(message));
  try {
    const { queue, history } = await openQueue(setup, (answer) => {
      if (answer.id === "end") history[Symbol.dispose]();
      say(answer);
    });
    port.on("message", (message: WriterMessage) => queue.add(requestOf(message)));
    say({ opened: true });
  } catch (error) {
    const { message } = toError(error);
    const known = error instanceof RrError ? error : undefined;
    say({ refused: { code: known?.code, message, hint: known?.hint } });
  }
}

function isWriterSetup(data: unknown): data is WriterSetup {
  return typeof (data as WriterSetup | null)?.historyPath === "string";
}
