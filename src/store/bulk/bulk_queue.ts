/**
 * The end that writes: makes one transaction of many tasks.
 *
 * With random ids every transaction changes pages all over the index of ids: at a million rows, one of
 * 100,000 rows writes an eighth of what ten of 10,000 do. So the transaction stays open for as long as
 * tasks are coming, within limits, and what is answered is committed. Others who want to write wait
 * meanwhile, which is why it has to end after a while.
 */
import { yieldToLoop } from "../../base/async/yield_to_loop.ts";
import { Wake } from "../../base/async/wake.ts";
import type { Clock } from "../../base/clock.ts";
import { RrError, toError } from "../../base/rr_error.ts";
import type { History } from "../file/open_history.ts";
import type { Item } from "../../named/item.ts";
import type { Applied } from "../../named/store.ts";
import { PackedFacts } from "./packed_facts.ts";
import type {
  BulkAnswer,
  BulkEnd,
  BulkFailure,
  BulkFlush,
  BulkRequest,
  BulkResult,
  BulkTask,
} from "./bulk_task.ts";

/** Rows of one transaction: more bring little, and 100,000 take about a second. */
const MOST_ROWS = 100_000;
/** On a slow machine. `busy_timeout` of the others, the original's too, is 5 s. */
const LONGEST_TRANSACTION_MS = 1_500;
/** Of batches, during which a person may record something that is to be elsewhere within moments. */
const LONGEST_OF_BATCHES_MS = 700;
/** While nothing waits, for batches that come over a slow line: how far they are is seen by what is committed. */
const SLOW_TRANSACTION_MS = 500;
/** Others that have waited for this long try again each 100 ms: a pause after it lets one of them in. */
const LONG_MS = 500;
const PAUSE_MS = 110;
/**
 * Pages of the write-ahead log before it is folded in: 64 MiB at a time write each page of the index of
 * ids once for many transactions.
 */
const LOG_PAGES = 16_384;

interface Done {
  readonly id: number;
  readonly result: BulkResult;
}

/** Takes batches of other devices in. */
export interface BatchTaker {
  /** The items of a batch. @throws what breaks its format */
  unpack(packed: Uint8Array): readonly Item[];
  /** As `ItemStore.apply()`, within the transaction that is open. */
  apply(items: readonly Item[]): Applied;
  /** What was applied since the last commit has been taken back. */
  forget(): void;
}

/** A task whose content is at hand. */
type Ready = Exclude<BulkTask, { kind: "batch" }> | {
  readonly kind: "items";
  readonly peer: string;
  readonly items: readonly Item[];
};

/** Takes tasks in order, and answers each once it is in the file. */
export class BulkQueue {
  readonly #history: History;
  readonly #clock: Clock;
  readonly #answer: (answer: BulkAnswer) => void;
  readonly #taker: BatchTaker | undefined;
  readonly #wake: Wake;
  readonly #never = new AbortController().signal;
  #waiting: (BulkRequest | BulkFlush | BulkEnd)[] = [];
  #running = false;
  /** Done in the open transaction, and not answered yet. */
  #done: Done[] = [];
  #rows = 0;
  #beganAt: number | undefined;

  /** `history` is used by nobody else, and stays with the caller. Without a taker no batch may come. */
  constructor(
    history: History,
    clock: Clock,
    answer: (answer: BulkAnswer) => void,
    taker?: BatchTaker,
  ) {
    this.#taker = taker;
    this.#history = history;
    this.#clock = clock;
    this.#answer = answer;
    this.#wake = new Wake(clock);
    history.opened.db.exec(`PRAGMA wal_autocheckpoint = ${LOG_PAGES}`);
  }

  /** Takes a task; it is answered once it is in the file. */
  add(request: BulkRequest | BulkFlush | BulkEnd): void {
    this.#waiting.push(request);
    this.#wake.now();
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    let patienceMs = 0;
    while (this.#hasWork) {
      const next = this.#waiting.shift();
      if (next === undefined) {
        const left = patienceMs - this.#age();
        if (left > 0) await this.#wake.wait(left, this.#never);
        else await this.#commit();
      } else if (next.id === "end") {
        await this.#commit();
        this.#foldLog();
        this.#answer(next);
      } else if (next.id === "flush") {
        await this.#commit();
      } else {
        patienceMs = next.more ? patienceFor(next.task) : 0;
        this.#do(next);
        if (this.#rows >= MOST_ROWS || this.#age() >= longestFor(next.task)) await this.#commit();
      }
      // Only then can the next message arrive. Where nothing is left to do it needs no turn, and whoever
      // has the answer to the end may leave at once.
      if (this.#hasWork) await yieldToLoop();
    }
    this.#running = false;
  }

  get #hasWork(): boolean {
    return this.#waiting.length > 0 || this.#beganAt !== undefined;
  }

  #age(): number {
    return this.#beganAt === undefined ? 0 : this.#clock.monotonic() - this.#beganAt;
  }

  #do({ id, task }: BulkRequest): void {
    let ready: Ready;
    try {
      ready = this.#ready(task);
    } catch (error) {
      // Nothing of it is done, and the tasks before it are no worse for it.
      return this.#answer({ id, failed: failureOf(error) });
    }
    try {
      if (this.#beganAt === undefined) {
        this.#history.opened.db.begin();
        this.#beganAt = this.#clock.monotonic();
      }
      this.#done.push({ id, result: this.#write(ready) });
      this.#rows += ready.kind === "items" ? ready.items.length : ready.entries.length;
      this.#answer({ id, taken: true });
    } catch (error) {
      this.#fail(error, id);
    }
  }

  #ready(task: BulkTask): Ready {
    if (task.kind !== "batch") return task;
    return { kind: "items", peer: task.peer, items: this.#taker!.unpack(task.packed) };
  }

  #write(task: Ready): BulkResult {
    const { log } = this.#history;
    switch (task.kind) {
      case "append":
        return log.append(task.entries, { fromPeer: task.fromPeer });
      case "pulled":
        return log.appendPulled(task.peer, task.entries, task.state);
      case "items": {
        const applied = this.#taker!.apply(task.items);
        const { peer, items } = task;
        return { ...applied, peer, received: items.length, gained: PackedFacts.of(applied.gained) };
      }
    }
  }

  async #commit(): Promise<void> {
    if (this.#beganAt === undefined) return;
    const age = this.#age();
    try {
      this.#history.log.checkPlace();
      this.#history.opened.db.commit();
    } catch (error) {
      this.#fail(error);
      return;
    }
    const done = this.#over();
    for (const answer of done) this.#answer(answer);
    if (age > LONG_MS && this.#waiting.length > 0) await this.#clock.sleep(PAUSE_MS);
  }

  /** Or whoever writes next would have to, and wait for it. */
  #foldLog(): void {
    try {
      this.#history.maintenance.checkpoint();
    } catch (error) {
      if (!(error instanceof RrError)) throw error;
    }
  }

  /** Takes the whole transaction back: none of its tasks is in the file. */
  #fail(error: unknown, ...ids: readonly number[]): void {
    const failed = failureOf(error);
    this.#history.opened.db.rollback();
    this.#taker?.forget();
    for (const id of [...this.#over().map((done) => done.id), ...ids]) {
      this.#answer({ id, failed });
    }
  }

  #over(): readonly Done[] {
    const done = this.#done;
    this.#done = [];
    this.#rows = 0;
    this.#beganAt = undefined;
    return done;
  }
}

function longestFor({ kind }: BulkTask): number {
  return kind === "batch" ? LONGEST_OF_BATCHES_MS : LONGEST_TRANSACTION_MS;
}

function patienceFor({ kind }: BulkTask): number {
  return kind === "batch" ? SLOW_TRANSACTION_MS : LONGEST_TRANSACTION_MS;
}

function failureOf(error: unknown): BulkFailure {
  const { message } = toError(error);
  return error instanceof RrError
    ? { code: error.code, message, hint: error.hint }
    : { code: undefined, message, hint: undefined };
}
