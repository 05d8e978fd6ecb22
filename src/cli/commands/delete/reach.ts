/** Which devices have heard of what was deleted. */
import { printable } from "../../../base/printable.ts";
import type { World } from "../../../base/world.ts";
import type { Settings } from "../../../config/settings.ts";
import { type History, openHistory } from "../../../store/file/open_history.ts";
import { localTime } from "../../../base/local_time.ts";
import { ExitCode } from "../../exit_code.ts";
import { printInfo, printLine } from "../../print/print.ts";

/** Names in a line of text; more is nothing that a person reads. */
const MOST_NAMED = 10;

const REACHED = {
  confirmed: "has all deletions",
  pending: "still to be reached",
  unknown: "not known: never compared with, or speaks version 1 only",
} as const;
const NEVER_LEARN = "Devices with the original rr or rr 0.1.0 never learn of deletions";

/** `rr delete --status`: how much was deleted, and where it has arrived. */
export function showStatus(world: World, settings: Settings): number {
  const mode = settings.dbPath === ":memory:" ? "readwrite" : "readonly";
  using history = openHistory(settings.dbPath, { files: world.files, clock: world.clock, mode });
  const count = history.removal.countEverywhere();
  const earlier = history.removal.countEarlier();
  printLine(world, `deleted everywhere: ${count}, on this device only: ${earlier}`);
  for (const { name, peer, reached, lastSeenUnix } of history.peers.deletionsAt()) {
    const seen = localTime(lastSeenUnix * 1000);
    printLine(world, `${printable(name)}  ${peer}  ${REACHED[reached]}, last seen ${seen}`);
  }
  printInfo(world, NEVER_LEARN);
  return ExitCode.OK;
}

/** Says which devices still have to hear of it. */
export function sayReach(world: World, history: History): void {
  const peers = history.peers.deletionsAt();
  const pending = peers.filter(({ reached }) => reached !== "confirmed");
  if (peers.length === 0) return;
  const names = pending.slice(0, MOST_NAMED).map(({ name }) => printable(name)).join(", ");
  const more = pending.length > MOST_NAMED ? " and others" : "";
  const done = peers.length - pending.length;
  if (done > 0) printInfo(world, `already gone on ${done} of ${peers.length} other devices`);
  if (pending.length > 0) {
    printInfo(world, `still to be reached: ${names}${more} (see \`rr delete --status\`)`);
  }
  printInfo(world, NEVER_LEARN);
}
