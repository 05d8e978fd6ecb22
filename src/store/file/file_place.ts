/**
 * Whether the path of an open history still names the file that was opened. SQLite goes on with a file
 * that was replaced or removed: what is written then is in no file that anybody will open again.
 */
import { RrError } from "../../base/rr_error.ts";
import type { Files } from "../../base/world.ts";

/** What has become of the path. */
export type PlaceState = "same" | "gone" | "replaced";

/** The place of one open history. */
export class FilePlace {
  readonly #path: string;
  readonly #files: Pick<Files, "stat">;
  readonly #opened: string | undefined;
  readonly #realPath: () => string;
  /** The write-ahead log and its index, from when they are first seen; neither goes away before us. */
  readonly #companions = new Map<string, string>();

  /**
   * Notes which file is at the path now; to be made right after opening it.
   *
   * @param realPath the path behind symbolic links, where SQLite has its other files
   */
  constructor(path: string, files: Pick<Files, "stat">, realPath: () => string) {
    this.#path = path;
    this.#files = files;
    this.#realPath = realPath;
    this.#opened = files.stat(path)?.id;
  }

  /** How it stands now. A system that does not number its files always answers `same`. */
  look(): PlaceState {
    const info = this.#files.stat(this.#path);
    if (info === undefined) return "gone";
    if (info.id !== this.#opened) return "replaced";
    return this.#companionsAreOurs() ? "same" : "replaced";
  }

  /** @throws {RrError} `database` if the path names another file now, or none */
  check(): void {
    const state = this.look();
    if (state === "same") return;
    const what = state === "gone" ? "has been removed" : "is another file now";
    throw new RrError("database", `The history "${this.#path}" ${what}, nothing is put into it`, {
      hint:
        "Recorded commands wait until the history is opened anew, which the daemon does by itself",
    });
  }

  #companionsAreOurs(): boolean {
    const base = this.#realPath();
    for (const name of [`${base}-wal`, `${base}-shm`]) {
      const id = this.#files.stat(name)?.id;
      const known = this.#companions.get(name);
      if (known === undefined) {
        if (id !== undefined) this.#companions.set(name, id);
      } else if (id !== known) return false;
    }
    return true;
  }
}
