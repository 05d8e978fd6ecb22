/**
 * Whether the path of an open history still names the file that was opened. SQLite goes on with a file
 * that was replaced or removed: what is written then is in no file that anybody will open again.
 */
import { RrError } from "../../base/rr_error.ts";
import type { Files } from "../../base/world.ts";

/**
 * What has become of the path. `without-log`: the file is the same, its log or the index of that is not.
 * `hidden`: nobody lets us look.
 */
export type PlaceState = "same" | "gone" | "replaced" | "without-log" | "hidden";

const WHAT: Readonly<Record<Exclude<PlaceState, "same">, string>> = {
  gone: "has been removed",
  replaced: "is another file now",
  hidden: "cannot be looked at",
  "without-log": "has lost its write-ahead log, or the index of that",
};

/** The place of one open history. */
export class FilePlace {
  readonly #path: string;
  readonly #files: Pick<Files, "stat">;
  readonly #opened: string | undefined;
  readonly #realPath: string;
  /** The write-ahead log and its index, from when they are first seen; neither goes away before us. */
  readonly #companions = new Map<string, string>();

  /**
   * Notes which file is at the path now; to be made right after opening it.
   *
   * @param realPath the path behind symbolic links, where SQLite has its other files
   */
  constructor(path: string, files: Pick<Files, "stat">, realPath: string) {
    this.#path = path;
    this.#files = files;
    this.#realPath = realPath;
    this.#opened = files.stat(path)?.id;
  }

  /** How it stands now. A system that does not number its files always answers `same`. */
  look(): PlaceState {
    try {
      return this.#look();
    } catch (error) {
      if (error instanceof RrError && error.code === "io") return "hidden";
      throw error;
    }
  }

  #look(): PlaceState {
    const info = this.#files.stat(this.#path);
    if (info === undefined) return "gone";
    if (info.id !== this.#opened) return "replaced";
    return this.#companionsAreOurs() ? "same" : "without-log";
  }

  /**
   * Whether there is a log, and we cannot know what is in it: its index was taken away, after which
   * others have begun a new one, or it is another log. What we know of it must not be folded in.
   */
  hasUnknownLog(): boolean {
    return this.look() === "without-log" && this.#files.stat(this.#log) !== undefined;
  }

  /** @throws {RrError} `database` if the path names another file now, or none */
  check(): void {
    const state = this.look();
    if (state === "same") return;
    throw new RrError(
      "database",
      `The history "${this.#path}" ${WHAT[state]}, nothing is put into it`,
      {
        hint:
          "Recorded commands wait until the history is opened anew, which the daemon does by itself",
      },
    );
  }

  get #log(): string {
    return `${this.#realPath}-wal`;
  }

  #companionsAreOurs(): boolean {
    for (const name of [this.#log, `${this.#realPath}-shm`]) {
      const id = this.#files.stat(name)?.id;
      const known = this.#companions.get(name);
      if (known === undefined) {
        if (id !== undefined) this.#companions.set(name, id);
      } else if (id !== known) return false;
    }
    return true;
  }
}
