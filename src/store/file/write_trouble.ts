/** Why nothing can be written into a history at the moment: for `rr status` of whoever has it open long. */
import type { Clock } from "../../base/clock.ts";
import { RrError } from "../../base/rr_error.ts";

/** Who writes: the process itself, or the thread that writes in bulk. */
export type HistoryWriter = "process" | "thread";

/** How long a failure is told of: a thread that is needed no more never tells that it works again. */
const TOLD_MS = 2 * 60_000;

/** What went wrong when something was to be written last, by each of those who write. */
export class WriteTrouble {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #failed = new Map<HistoryWriter, { readonly why: string; readonly atMs: number }>();

  /** All is well. */
  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  /** Takes an error; one that is not of the file or its disk, or passes by itself, counts for nothing. */
  failed(by: HistoryWriter, error: unknown): void {
    if (!(error instanceof RrError) || (error.code !== "io" && error.code !== "database")) return;
    this.#failed.set(by, { why: error.message, atMs: this.#clock.monotonic() });
  }

  /** Something was written. */
  worked(by: HistoryWriter): void {
    this.#failed.delete(by);
  }

  /** The sentence without a full stop; `undefined` while all is well. */
  get problem(): string | undefined {
    const now = this.#clock.monotonic();
    const last = this.#failed.values().find(({ atMs }) => now - atMs < TOLD_MS);
    return last && `${last.why}; nothing new is stored until that is put right`;
  }
}
