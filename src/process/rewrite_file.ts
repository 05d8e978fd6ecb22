/** Rewrites a file of another program: whole or not at all, and not while somebody else writes it. */
import { folderOf } from "../base/folder_of.ts";
import fs from "node:fs";
import { basename } from "node:path";
import { RrError, toError } from "../base/rr_error.ts";

const OWNER_WRITES = 0o200n;

/** Gives a file what beside mode and owner is set on another: access lists, labels, attributes. */
export type CopyAttributes = (from: string, to: string) => Promise<void>;

/** A file that was read to be rewritten. Disposing closes it. */
export class RewrittenFile implements Disposable {
  /** Its path without symbolic links. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly #fd: number;
  readonly #before: fs.BigIntStats;

  private constructor(path: string, fd: number, before: fs.BigIntStats, bytes: Uint8Array) {
    this.path = path;
    this.#fd = fd;
    this.#before = before;
    this.bytes = bytes;
  }

  /**
   * Reads a file; links are followed, so that the link stays one.
   *
   * @throws {RrError} `io` if it cannot be read, or cannot be replaced without a loss
   */
  static read(named: string): RewrittenFile {
    try {
      const path = fs.realpathSync(named);
      const fd = fs.openSync(path, "r");
      try {
        const before = fs.fstatSync(fd, { bigint: true });
        if (!before.isFile()) throw new Error("it is no file");
        if (before.nlink > 1n) throw new Error("it has a second name (a hard link)");
        // A rename would pass over what its owner has set on purpose.
        if ((before.mode & OWNER_WRITES) === 0n) throw new Error("it is read-only (chmod u+w)");
        return new RewrittenFile(path, fd, before, fs.readFileSync(fd));
      } catch (error) {
        fs.closeSync(fd);
        throw error;
      }
    } catch (error) {
      throw new RrError("io", `Cannot rewrite "${named}": ${toError(error).message}`);
    }
  }

  /** Device and inode, as locks are told by. */
  get inode(): bigint {
    return this.#before.ino;
  }

  /**
   * Puts other bytes in the place of those that were read. Mode and owner stay, and the new file is on
   * the disk before it takes the name.
   *
   * @throws {RrError} `busy` if the file has changed since, and is left as it is; `io`
   */
  async replace(bytes: Uint8Array, copyAttributes: CopyAttributes): Promise<void> {
    const { path } = this;
    const temporary = `${folderOf(path)}/.${basename(path)}.rr-${crypto.randomUUID()}`;
    try {
      this.#write(temporary, bytes);
      await copyAttributes(path, temporary);
      if (this.#hasChanged()) throw new RrError("busy", `"${path}" was written meanwhile`);
      fs.renameSync(temporary, path);
    } catch (error) {
      fs.rmSync(temporary, { force: true });
      if (error instanceof RrError) throw error;
      throw new RrError("io", `Cannot rewrite "${path}": ${toError(error).message}`);
    }
    this.#takeOver();
    syncFolder(folderOf(path));
  }

  [Symbol.dispose](): void {
    fs.closeSync(this.#fd);
  }

  #write(temporary: string, bytes: Uint8Array): void {
    const fd = fs.openSync(temporary, "wx", 0o600);
    try {
      fs.writeFileSync(fd, bytes);
      const { uid, gid, mode } = this.#before;
      const own = fs.fstatSync(fd);
      if (BigInt(own.uid) !== uid || BigInt(own.gid) !== gid) {
        fs.fchownSync(fd, Number(uid), Number(gid));
      }
      fs.fchmodSync(fd, Number(mode) & 0o7777);
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  }

  #hasChanged(): boolean {
    const now = fs.statSync(this.path, { bigint: true, throwIfNoEntry: false });
    const { dev, ino, size, mtimeNs } = this.#before;
    return now === undefined || now.dev !== dev || now.ino !== ino || now.size !== size ||
      now.mtimeNs !== mtimeNs;
  }

  /** What was appended to the old file between the last look and the new name, by a shell that had it open. */
  #takeOver(): void {
    const { size } = fs.fstatSync(this.#fd);
    const late = Buffer.alloc(Math.max(0, size - this.bytes.length));
    if (late.length === 0) return;
    fs.readSync(this.#fd, late, 0, late.length, this.bytes.length);
    fs.appendFileSync(this.path, late);
  }
}

// Else the new name may be lost with the power. Some file systems cannot.
function syncFolder(folder: string): void {
  try {
    const fd = fs.openSync(folder, "r");
    try {
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  } catch {
    // The file itself is there.
  }
}
