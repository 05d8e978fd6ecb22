/** A writer of the history in a thread of its own, so that large transactions hold nobody up. */
import { Worker } from "node:worker_threads";
import { RrError, toError } from "../../base/rr_error.ts";
import type { History } from "../../store/file/open_history.ts";
import {
  type BulkThread,
  type BulkThreadEvents,
  BulkWriter,
} from "../../store/bulk/bulk_writer.ts";
import { batchMessage, isBatch, saidIn, type WriterSetup } from "./messages.ts";

/**
 * What comes in is written and forgotten within moments: a large nursery would only let more of it pile up,
 * up to 90 MB. There is no limit for the rest, as one command may be large.
 */
const LIMITS = { maxYoungGenerationSizeMb: 4 } as const;

/** What is told of a writer. */
export interface WriterEvents {
  /** It has ended. */
  readonly onEnd?: () => void;
  /** As that of {@linkcode BulkWriter}. */
  readonly onDone?: (failure?: Error) => void;
}

/** How a writer is started beside an open history; not at all where it is in memory. */
export function writerBeside(history: History): (() => Promise<BulkWriter>) | undefined {
  return history.path === ":memory:" ? undefined : () => openWriterBeside(history);
}

/**
 * As {@linkcode openWriter}, for whoever has the history open itself and goes on using it: the log is
 * folded in by the thread as long as it is there.
 */
export async function openWriterBeside(
  { path, maintenance, trouble }: History,
): Promise<BulkWriter> {
  const leaving = maintenance.leaveLog();
  try {
    return await openWriter(path, {
      onEnd: () => leaving[Symbol.dispose](),
      onDone: (failure) =>
        failure === undefined ? trouble.worked("thread") : trouble.failed("thread", failure),
    });
  } catch (error) {
    leaving[Symbol.dispose]();
    throw error;
  }
}

/**
 * Starts a thread with a connection of its own to the history at `path`; where none can be started, what
 * it does is done in this one. Disposing waits until everything is written.
 *
 * @throws {RrError} as opening the history does
 */
export async function openWriter(path: string, events: WriterEvents = {}): Promise<BulkWriter> {
  const setup: WriterSetup = { historyPath: path };
  try {
    return await inThread(setup, events);
  } catch (error) {
    if (error instanceof RrError) throw error;
    return await inThisThread(setup, events);
  }
}

async function inThread(setup: WriterSetup, { onEnd, onDone }: WriterEvents): Promise<BulkWriter> {
  const worker = new Worker(threadUrl(), { workerData: setup, resourceLimits: LIMITS });
  const ready = Promise.withResolvers<void>();
  let said: BulkThreadEvents | undefined;
  let failure: Error | undefined;
  worker.on("message", (text: string) => {
    const message = saidIn(text);
    if ("opened" in message) ready.resolve();
    else if ("refused" in message) {
      const { code, message: text, hint } = message.refused;
      ready.reject(new RrError(code ?? "database", text, hint === undefined ? {} : { hint }));
    } else said?.onAnswer(message);
  });
  worker.on("error", (error) => failure = toError(error));
  worker.on("exit", () => {
    const gone = new RrError("database", "The writer of the history has ended", { cause: failure });
    ready.reject(failure ?? new Error("The thread has ended"));
    said?.onGone(gone);
    if (said !== undefined) onEnd?.();
  });
  const thread: BulkThread = {
    post: (message) => {
      if (isBatch(message)) worker.postMessage(batchMessage(message));
      else worker.postMessage(JSON.stringify(message));
    },
    stop: async () => void await worker.terminate(),
  };
  try {
    await ready.promise;
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  return new BulkWriter((events) => {
    said = events;
    return thread;
  }, onDone);
}

// Bundle and package have JavaScript, and the bundle has the file beside its chunks.
function threadUrl(): URL {
  const ending = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new URL(`./writer_thread.${ending}`, import.meta.url);
}

async function inThisThread(
  setup: WriterSetup,
  { onEnd, onDone }: WriterEvents,
): Promise<BulkWriter> {
  const { openQueue } = await import("./writer_thread.ts");
  let said: BulkThreadEvents | undefined;
  const { queue, history } = await openQueue(setup, (answer) => said?.onAnswer(answer));
  return new BulkWriter((events) => {
    said = events;
    return {
      post: (message) => queue.add(message),
      stop: () => {
        history[Symbol.dispose]();
        onEnd?.();
        return Promise.resolve();
      },
    };
  }, onDone);
}
