/** The end that asks: hands tasks to a {@linkcode import("./bulk_queue.ts").BulkQueue}, wherever it runs. */
import { RrError } from "../../base/rr_error.ts";
import type { Entry } from "../../history/entry.ts";
import type { AppendResult, PullState } from "../../swarm/log.ts";
import type { Outcome } from "../../named/store.ts";
import type {
  BulkAnswer,
  BulkEnd,
  BulkFlush,
  BulkRequest,
  BulkResult,
  BulkTask,
} from "./bulk_task.ts";

/** Where a queue runs. */
export interface BulkThread {
  post(message: BulkRequest | BulkFlush | BulkEnd): void;
  /** Ends it at once; what is not committed is lost. */
  stop(): Promise<void>;
}

/** Told of what a thread says. */
export interface BulkThreadEvents {
  onAnswer(answer: BulkAnswer): void;
  /** It is gone, and will answer nothing more. */
  onGone(why: Error): void;
}

/** What every task takes. */
export interface BulkOptions {
  /** Whether another task follows at once, so that it pays to wait for it. @default {false} */
  readonly more?: boolean | undefined;
}

/** Rows that may wait before {@linkcode BulkWriter.room} makes the caller wait: some MiB. */
const MOST_WAITING_ROWS = 6_000;
/** Bytes of a batch for each of its items, about: half of them are the random part of an id. */
const ITEM_BYTES = 30;

interface Pending {
  /** Rows that still wait, which are none once it is done. */
  rows: number;
  resolve(result: BulkResult): void;
  reject(error: Error): void;
}

/**
 * Writes in bulk, in order. A promise resolves once its task is in the file; if it rejects, nothing of the
 * task is, and tasks sent before or after it may have failed with it.
 */
export class BulkWriter implements AsyncDisposable {
  readonly #thread: BulkThread;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #rows = 0;
  #gone: Error | undefined;
  readonly #onDone: (failure?: Error) => void;
  readonly #ended = Promise.withResolvers<void>();
  #onRoom = Promise.withResolvers<void>();

  /**
   * @param start starts the thread, which is ended when this is disposed of
   * @param onDone called with each task that is in the file, and with why one is not
   */
  constructor(
    start: (events: BulkThreadEvents) => BulkThread,
    onDone: (failure?: Error) => void = () => {},
  ) {
    this.#onDone = onDone;
    this.#thread = start({
      onAnswer: (answer) => this.#take(answer),
      onGone: (why) => this.#lose(why),
    });
  }

  /** Whether nothing waits to be written. */
  get isIdle(): boolean {
    return this.#pending.size === 0;
  }

  /** As `EntryLog.append()`. */
  append(
    entries: readonly Entry[],
    options: BulkOptions & { readonly fromPeer?: boolean } = {},
  ): Promise<AppendResult> {
    return this.#send({ kind: "append", entries, fromPeer: options.fromPeer ?? false }, options);
  }

  /** As `EntryLog.appendPulled()`: the cursor moves with the rows. */
  appendPulled(
    peer: string,
    entries: readonly Entry[],
    state: PullState,
    options: BulkOptions = {},
  ): Promise<AppendResult> {
    return this.#send({ kind: "pulled", peer, entries, state }, options);
  }

  /** As `ItemStore.apply()`, of a batch of a peer as it came. */
  takeBatch(peer: string, packed: Uint8Array, options: BulkOptions = {}): Promise<Outcome> {
    return this.#send({ kind: "batch", peer, packed }, options);
  }

  /** Has what was handed over put into the file as soon as it is done, as somebody waits for it. */
  flush(): void {
    if (this.#gone === undefined && !this.isIdle) this.#thread.post({ id: "flush" });
  }

  /**
   * Resolves once there is room for more. Whoever writes a lot waits here, or memory fills.
   *
   * @param mostRows rows that may wait by then
   */
  async room(mostRows = MOST_WAITING_ROWS): Promise<void> {
    while (this.#rows > mostRows) await this.#onRoom.promise;
  }

  /** Waits until everything is written, and ends the thread. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#gone === undefined) {
      this.#thread.post({ id: "end" });
      await this.#ended.promise;
    }
    await this.#thread.stop();
    this.#lose(new RrError("database", "The writer of the history has been closed"));
  }

  #send<R extends BulkResult>(task: BulkTask, { more = false }: BulkOptions): Promise<R> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    const { promise, resolve, reject } = Promise.withResolvers<BulkResult>();
    const rows = task.kind === "batch"
      ? Math.ceil(task.packed.length / ITEM_BYTES)
      : task.entries.length;
    const id = ++this.#lastId;
    this.#pending.set(id, { rows, resolve, reject });
    this.#rows += rows;
    this.#thread.post({ id, task, more });
    // The kind of the task is that of its result.
    return promise as Promise<R>;
  }

  #take(answer: BulkAnswer): void {
    if (answer.id === "end") return this.#ended.resolve();
    const pending = this.#pending.get(answer.id);
    if (pending === undefined) return;
    this.#free(pending);
    if ("taken" in answer) return;
    this.#pending.delete(answer.id);
    if ("result" in answer) {
      this.#onDone();
      return pending.resolve(answer.result);
    }
    const failure = errorOf(answer.failed);
    this.#onDone(failure);
    pending.reject(failure);
  }

  #lose(why: Error): void {
    this.#gone ??= why;
    this.#ended.resolve();
    for (const pending of this.#pending.values()) {
      this.#free(pending);
      pending.reject(this.#gone);
    }
    this.#pending.clear();
  }

  #free(pending: Pending): void {
    this.#rows -= pending.rows;
    pending.rows = 0;
    this.#onRoom.resolve();
    this.#onRoom = Promise.withResolvers();
  }
}

function errorOf(
  { code, message, hint }: Extract<BulkAnswer, { failed: unknown }>["failed"],
): Error {
  if (code === undefined) return new Error(message);
  return new RrError(code, message, hint === undefined ? {} : { hint });
}
