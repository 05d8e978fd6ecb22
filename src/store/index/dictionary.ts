/**
 * Numbers for what repeats in runs: command texts, places (folder, host and device together) and
 * sessions.
 *
 * There are two kinds. The indexer's gives new values a number and stores it. The reader's never
 * writes: what has no number yet gets one that is good for this reader only, above all stored ones.
 */
import type { Database } from "../file/database.ts";
import { addTexts, findTexts, nextTextId } from "./texts.ts";

/** Where a command was run. */
export interface Place {
  readonly cwd: string;
  readonly hostname: string;
  readonly deviceId: string;
}

/** Gives values their numbers, and numbers their values. Only for use inside one transaction, or by one reader. */
export interface Dictionary {
  /** Numbers of distinct texts. */
  commands(texts: readonly string[]): ArrayLike<number>;
  place(place: Place): number;
  /** 0 for `undefined`. */
  session(name: string | undefined): number;
}

const FIND_PLACE = "SELECT id FROM rr_place WHERE cwd = ? AND hostname = ? AND device_id = ?";
const FIND_SESSION = "SELECT id FROM rr_session WHERE name = ?";

/** The indexer's dictionary. */
export function storedDictionary(db: Database): Dictionary {
  return {
    commands(texts): ArrayLike<number> {
      const ids = findTexts(db, texts);
      const fresh = texts.filter((_, i) => ids[i] === -1);
      let next = fresh.length === 0 ? 0 : addTexts(db, fresh);
      return ids.map((id) => id === -1 ? next++ : id);
    },
    place: onceEach(
      placeKey,
      ({ cwd, hostname, deviceId }) =>
        db.integer(FIND_PLACE, cwd, hostname, deviceId) ||
        db.integer(
          "INSERT INTO rr_place (cwd, hostname, device_id) VALUES (?, ?, ?) RETURNING id",
          cwd,
          hostname,
          deviceId,
        ),
    ),
    session: sessions((name) =>
      db.integer(FIND_SESSION, name) ||
      db.integer("INSERT INTO rr_session (name) VALUES (?) RETURNING id", name)
    ),
  };
}

/** What a reader has numbered itself. Everything below the first number is stored. */
export interface OwnNumbers {
  readonly firstCommand: number;
  readonly firstPlace: number;
  readonly firstSession: number;
  readonly commands: Map<string, number>;
  /** The texts of `commands` in the order of their numbers. */
  readonly texts: string[];
  readonly places: Map<number, Place>;
  readonly sessions: Map<number, string>;
}

/** A dictionary for one reader, with what is not stored yet. */
export function readingDictionary(db: Database): Dictionary & { readonly own: OwnNumbers } {
  const own: OwnNumbers = {
    firstCommand: nextTextId(db),
    firstPlace: db.integer("SELECT max(id) FROM rr_place") + 1,
    firstSession: db.integer("SELECT max(id) FROM rr_session") + 1,
    commands: new Map(),
    texts: [],
    places: new Map(),
    sessions: new Map(),
  };
  // What another process has stored since has a number that may be one of our own: it counts as new.
  return {
    own,
    commands: (texts) =>
      findTexts(db, texts).map((id, i) => {
        if (id !== -1 && id < own.firstCommand) return id;
        const text = texts[i]!;
        let known = own.commands.get(text);
        if (known === undefined) {
          known = own.firstCommand + own.texts.push(text) - 1;
          own.commands.set(text, known);
        }
        return known;
      }),
    place: onceEach(placeKey, (place) => {
      const id = db.integer(FIND_PLACE, place.cwd, place.hostname, place.deviceId);
      if (id !== 0 && id < own.firstPlace) return id;
      const fresh = own.firstPlace + own.places.size;
      own.places.set(fresh, place);
      return fresh;
    }),
    session: sessions((name) => {
      const id = db.integer(FIND_SESSION, name);
      if (id !== 0 && id < own.firstSession) return id;
      const fresh = own.firstSession + own.sessions.size;
      own.sessions.set(fresh, name);
      return fresh;
    }),
  };
}

function placeKey({ cwd, hostname, deviceId }: Place): string {
  return `${cwd}\0${hostname}\0${deviceId}`;
}

function sessions(number: (name: string) => number): Dictionary["session"] {
  const once = onceEach((name: string) => name, number);
  return (name) => name === undefined ? 0 : once(name);
}

function onceEach<T>(
  keyOf: (value: T) => string,
  number: (value: T) => number,
): (value: T) => number {
  const known = new Map<string, number>();
  return (value) => {
    const key = keyOf(value);
    let id = known.get(key);
    if (id === undefined) known.set(key, id = number(value));
    return id;
  };
}
