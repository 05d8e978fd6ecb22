/**
 * What happened to histories: lost, restored, cloned, recreated. Told to people for some days, as it
 * heals by itself and would otherwise pass without a word.
 */
import type { Clock } from "../../base/clock.ts";
import type { Database } from "../file/database.ts";
import { type Meta, PRUNED_HIGHEST, SYNCED_KEY } from "../file/meta.ts";

/**
 * What happened:
 * - `file-lost`: this device's file was removed, replaced or overwritten under the daemon
 * - `returned`: this device got back commands of its own, so it had lost them: its history was made
 *   anew, or is a restored or rolled back copy
 * - `peer-replaced`: the history of another device is not the one that was followed
 * - `cloned`: another machine works with a copy of this one's identity
 * - `namesake`: another machine records under this one's `device_id`, which is the incident's name
 * - `contradiction`: two histories that should have been equal were not, and were compared anew
 */
export type IncidentKind =
  | "file-lost"
  | "returned"
  | "peer-replaced"
  | "cloned"
  | "namesake"
  | "contradiction";

/** One of these. Times are in seconds since the Unix epoch. */
export interface Incident {
  readonly kind: IncidentKind;
  readonly atUnix: number;
  /** When it was found to be whole again; `undefined` while it is not. */
  readonly healedUnix: number | undefined;
  /** Commands concerned; 0 if that is not known. */
  readonly count: number;
  /** The PeerId of the other device, the own one for `cloned`; empty if there is none. */
  readonly peer: string;
  /** What people call the other device, or what happened to the file. */
  readonly name: string;
}

/** How long one is told of. */
export const INCIDENT_DAYS = 7;
/** What comes within this time of the one before, of one kind and peer, is the same. */
const SAME_SEC = 15 * 60;
/** More says nothing new. */
const MOST_KEPT = 16;
const KEY = "incidents";

/** Keeps what happened, in the history's own table of facts. */
export class Incidents {
  readonly #db: Database;
  readonly #meta: Meta;
  readonly #clock: Clock;

  /** The incidents in an open, migrated database. */
  constructor(db: Database, meta: Meta, clock: Clock) {
    this.#db = db;
    this.#meta = meta;
    this.#clock = clock;
  }

  /** Those of the last days, newest first. */
  recent(): readonly Incident[] {
    const since = this.#nowUnix() - INCIDENT_DAYS * 86_400;
    return this.#read().filter(({ atUnix }) => atUnix >= since);
  }

  /** Writes one down; one that goes on is counted up. */
  add({ kind, count = 0, peer = "", name = "" }: Partial<Incident> & Pick<Incident, "kind">): void {
    this.#db.transaction(() => {
      const now = this.#nowUnix();
      const all = this.recent();
      const same = all.find((one) =>
        one.kind === kind && one.peer === peer && Math.abs(now - one.atUnix) < SAME_SEC
      );
      const next: Incident = {
        kind,
        peer,
        name,
        atUnix: same?.atUnix ?? now,
        healedUnix: undefined,
        count: count + (same?.count ?? 0),
      };
      this.#write([next, ...all.filter((one) => one !== same)]);
    });
  }

  /** What was told in the last minutes as one kind was another; nothing if there is nothing of it. */
  retell(kind: IncidentKind, truth: Partial<Incident> & Pick<Incident, "kind">): void {
    const since = this.#nowUnix() - SAME_SEC;
    const all = this.#read();
    const wrong = all.filter((one) => one.kind === kind && one.atUnix >= since);
    if (wrong.length === 0) return;
    this.#write(all.filter((one) => !wrong.includes(one)));
    this.add({ ...truth, count: wrong.reduce((sum, { count }) => sum + count, 0) });
  }

  /** Everything is equal again: what is chosen has healed. Writes only if that is new. */
  heal(chosen: (incident: Incident) => boolean): void {
    const isOpen = (one: Incident): boolean => one.healedUnix === undefined && chosen(one);
    if (!this.#read().some(isOpen)) return;
    this.#db.transaction(() => {
      const healedUnix = this.#nowUnix();
      this.#write(this.#read().map((one) => isOpen(one) ? { ...one, healedUnix } : one));
    });
  }

  /** The fingerprint of the swarm key with which another device was last synced with. */
  syncedKey(): string | undefined {
    return this.#meta.get(SYNCED_KEY);
  }

  /** Another device was synced with under this key. Writes only if that is new. */
  noteSyncedKey(fingerprint: string): void {
    if (this.syncedKey() !== fingerprint) this.#meta.set(SYNCED_KEY, fingerprint);
  }

  /** Commands of before this time (unix seconds) may come back for another reason: they were pruned. */
  prunedBefore(): number {
    return this.#meta.integer(PRUNED_HIGHEST) ?? 0;
  }

  #nowUnix(): number {
    return Math.floor(this.#clock.now() / 1000);
  }

  #write(incidents: readonly Incident[]): void {
    this.#meta.set(KEY, JSON.stringify(incidents.slice(0, MOST_KEPT)));
  }

  #read(): readonly Incident[] {
    try {
      const list: unknown = JSON.parse(this.#meta.get(KEY) ?? "[]");
      return Array.isArray(list) ? list.filter(isIncident) : [];
    } catch {
      return []; // written by a later version, or by hand
    }
  }
}

function isIncident(value: unknown): value is Incident {
  const { kind, atUnix, count, peer, name } = (value ?? {}) as Record<string, unknown>;
  return typeof kind === "string" && typeof peer === "string" && typeof name === "string" &&
    Number.isSafeInteger(atUnix) && Number.isSafeInteger(count);
}
