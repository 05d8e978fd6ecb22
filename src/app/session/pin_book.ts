/** The pins of a history, for the devices that share it. */
import type { History } from "../../store/file/open_history.ts";
import type { PinBook } from "../../sync/replica/deps.ts";

/** What other devices are told, and where theirs are taken in. */
export function pinBook({ pins, search }: Pick<History, "pins" | "search">): PinBook {
  return {
    ids: () => pins.ids(),
    some: (ids) => pins.some(ids),
    take: (told) => pins.take(told, (command) => search.runsOf(command, 1).newestSeq),
  };
}
