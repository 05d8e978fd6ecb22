/** What a person is told at the end of a pairing. */
import { counted, grouped } from "../../base/grouped.ts";
import type { World } from "../../base/world.ts";
import type { Settings } from "../../config/settings.ts";
import type { PairCard } from "../../pair/card.ts";
import { daemonHolder } from "../../process/lock.ts";
import type { FirstSync } from "./first_sync.ts";

/** How a person is told and asked. */
export interface PairTalk {
  say(line: string): void;
  /** The answer; `undefined` if nobody can be asked. */
  ask(question: string): boolean | undefined;
}

/** One name for two devices mixes up whose commands are whose. */
export function sayOfOneName(settings: Settings, { deviceId }: PairCard, talk: PairTalk): void {
  if (deviceId !== settings.deviceId) return;
  talk.say(
    `Both machines are called ${deviceId}: give this one another name with ` +
      "`rr config set device_id <name>`, or the other one there.",
  );
}

/** How the first sync with the other machine went. */
export function report({ deviceId }: PairCard, first: FirstSync, talk: PairTalk): void {
  if (first.error !== undefined) {
    talk.say(`Paired with ${deviceId}, but the first sync did not work: ${first.error}`);
    return;
  }
  const how = first.route === undefined ? "" : `, ${first.route}`;
  const sent = first.sent === undefined ? "" : `, ${grouped(first.sent)} sent`;
  const counts = `${counted(first.received, "command")} received${sent}`;
  talk.say(`In sync with ${deviceId}${how}: ${counts}.`);
}

/** A first sync is not all that people want of two machines: who sees to the next ones. */
export function sayOfDaemon(
  { dbPath, deviceId }: Settings,
  first: FirstSync,
  { world, talk }: { readonly world: World; readonly talk: PairTalk },
): void {
  const failed = first.error !== undefined;
  if (daemonHolder(dbPath, world) === undefined) {
    talk.say(
      `No daemon runs on ${deviceId}, so nothing ${
        failed ? "tries it again" : "follows this sync"
      }: ` +
        "`rr setup` here starts one, or says what can, and sees to recording.",
    );
  } else if (failed) {
    talk.say("The daemon tries it again; `rr status` shows how it goes.");
  }
}
