/**
 * The newest runs in memory, for what shells ask at each key: which command is wanted next, and which
 * ones were run before. Reading them anew from the history would take longer than a key may.
 */
import type { Entry } from "../history/entry.ts";
import { type Here, rankContext, type RankedPlace } from "./ranking/rank_context.ts";
import { rankCommands } from "./ranking/rank_commands.ts";

/** What is kept of a run. */
export type RecentRun = Pick<
  Entry,
  "id" | "command" | "cwd" | "deviceId" | "session" | "exitCode" | "startedAtMs"
>;

/** A command, and its newest run. */
export interface RecentCommand {
  readonly command: string;
  readonly id: Entry["id"];
}

/** Numbers for values, in the order in which they come. */
class Numbers<T> {
  readonly values: T[] = [];
  readonly #known = new Map<string, number>();

  of(key: string, value: T): number {
    let number = this.#known.get(key);
    if (number === undefined) {
      number = this.values.push(value) - 1;
      this.#known.set(key, number);
    }
    return number;
  }

  find(key: string): number {
    return this.#known.get(key) ?? -1;
  }
}

/** The order that was asked for last, so that the next letter costs a look at each text. */
interface Asked {
  readonly key: string;
  readonly commands: readonly number[];
}

/** Columns of numbers, a run at each place, and the order that was asked for last. */
export class RecentCommands {
  readonly #texts = new Numbers<string>();
  readonly #places = new Numbers<RankedPlace>();
  readonly #sessions = new Numbers<string>();
  /** The newest run of each command, by the command's number. */
  readonly #newest: { readonly id: Entry["id"]; readonly startedAtMs: number }[] = [];
  // One number a run each, in the order of time.
  readonly #startedAtMs: number[] = [];
  readonly #commands: number[] = [];
  readonly #sessionOf: number[] = [];
  readonly #placeOf: number[] = [];
  readonly #exitCodes: number[] = [];
  #asked: Asked | undefined;

  /** Takes runs in any order; of one time, those further back count as newer. */
  constructor(runs: readonly RecentRun[]) {
    this.#sessions.of("", ""); // 0 is no session
    for (const run of runs.toSorted((a, b) => a.startedAtMs - b.startedAtMs)) this.add(run);
  }

  /** How many runs there are. */
  get size(): number {
    return this.#commands.length;
  }

  /** Takes in one more run. */
  add(run: RecentRun): void {
    const { id, command, session = "", cwd, deviceId, exitCode, startedAtMs } = run;
    let at = this.size;
    while (at > 0 && this.#startedAtMs[at - 1]! > startedAtMs) at--;
    const number = this.#texts.of(command, command);
    this.#startedAtMs.splice(at, 0, startedAtMs);
    this.#commands.splice(at, 0, number);
    this.#sessionOf.splice(at, 0, this.#sessions.of(session, session));
    this.#placeOf.splice(at, 0, this.#places.of(`${deviceId}\0${cwd}`, { deviceId, cwd }));
    this.#exitCodes.splice(at, 0, exitCode);
    const newest = this.#newest[number];
    if (newest === undefined || newest.startedAtMs <= startedAtMs) {
      this.#newest[number] = { id, startedAtMs };
    }
    this.#asked = undefined;
  }

  /** The command that is wanted most of those that `fits` takes. */
  best(
    session: string,
    here: Here,
    fits: (command: string) => boolean,
  ): RecentCommand | undefined {
    const best = this.#ranked(session, here).find((one) => fits(this.#texts.values[one]!));
    return best === undefined ? undefined : this.#commandOf(best);
  }

  /**
   * Each command that `fits` takes once, the newest first: first those of the session, then the others
   * of the device.
   */
  *earlier(
    session: string,
    deviceId: string,
    fits: (command: string) => boolean,
  ): Generator<RecentCommand, void, undefined> {
    const own = this.#numberOf(session);
    const given = new Set<number>();
    const isOwn = (i: number): boolean => this.#sessionOf[i] === own;
    const isHere = (i: number): boolean =>
      this.#places.values[this.#placeOf[i]!]!.deviceId === deviceId;
    for (const isWanted of [isOwn, isHere]) {
      for (let i = this.size - 1; i >= 0; i--) {
        const number = this.#commands[i]!;
        if (given.has(number) || !isWanted(i)) continue;
        given.add(number);
        const found = this.#commandOf(number);
        if (fits(found.command)) yield found;
      }
    }
  }

  #commandOf(number: number): RecentCommand {
    return { command: this.#texts.values[number]!, id: this.#newest[number]!.id };
  }

  #numberOf(session: string): number {
    return session === "" ? -1 : this.#sessions.find(session);
  }

  #ranked(session: string, here: Here): readonly number[] {
    const key = `${session}\0${here.cwd}\0${here.workspace}`;
    if (this.#asked?.key !== key) {
      const places = this.#places.values.entries();
      const runs = {
        commands: this.#commands,
        sessions: this.#sessionOf,
        places: this.#placeOf,
        exitCodes: this.#exitCodes,
      };
      const context = rankContext(places, here, this.#numberOf(session));
      this.#asked = { key, commands: rankCommands(runs, context) };
    }
    return this.#asked.commands;
  }
}
