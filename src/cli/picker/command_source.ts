/** Where the picker gets commands from; the history store behind it, or a list in tests. */
import type { CommandRuns, Filter, PickerState, RunInfo } from "../../picker/state/state.ts";
import type { Names } from "../../search/language/complete.ts";
import type { Slice } from "../../search/index.ts";

/** All calls are synchronous and short: some 10 ms for a slice, well below that for the others. */
export interface CommandSource {
  /**
   * The distinct commands that have a run under the filter, the one wanted most or the newest first, a
   * small slice first. Left early when nobody wants the rest.
   */
  slices(filter: Filter): Iterator<Slice>;
  /** What to show beside commands; those without a run under the filter are left out. */
  latest(ids: readonly number[], filter: Filter): ReadonlyMap<number, RunInfo>;
  /** The command exactly as recorded; `undefined` if it was deleted. */
  text(id: number): string | undefined;
  /** Hosts, folders and the like, for Tab. */
  names?(): Names;
  /** Why a query may have found nothing, in sentences. */
  doubts?(state: Pick<PickerState, "query" | "place">): readonly string[];
  /** Keeps the choice of the order for later pickers. */
  keepOrder?(newestFirst: boolean): void;
  /** Texts of the pinned commands, as they stand in slices. */
  pinned?(): ReadonlySet<string>;
  /** Pins it, or takes its pin away; whether it is pinned now. */
  pin?(id: number): boolean;
  /** Every run of it, whatever the filter; `undefined` if it was deleted. */
  runs(id: number): CommandRuns | undefined;
  /** Deletes the command and all its runs on this device; how many there were. */
  delete(id: number, reach: "everywhere" | "here"): number;
}
