/** {@linkcode Files} over the few synchronous calls in which the runtimes differ. */
import { cleanFolder, isWithin } from "../base/folder.ts";
import { RrError } from "../base/rr_error.ts";
import type { FileInfo, Files } from "../base/world.ts";

/** What a runtime offers; every call throws its own errors. */
export interface RawFiles {
  read(path: string): Uint8Array<ArrayBuffer>;
  /** The same as text, in which a byte order mark may be left; what is not UTF-8 becomes U+FFFD. */
  readText(path: string): string;
  /** Opens the file, hands over what reads its next bytes into a buffer and tells how many, and closes it. */
  readWith<T>(path: string, use: (next: (buffer: Uint8Array) => number) => T): T;
  stat(path: string): FileInfo;
  names(folder: string): string[];
  makeFolder(path: string, mode: number): void;
  /** Creates a file that must not exist, writes `data`, flushes it to the disk and closes it. */
  createNew(path: string, mode: number, data: Uint8Array): void;
  rename(from: string, to: string): void;
  realPath(path: string): string;
  chmod(path: string, mode: number): void;
  remove(path: string): void;
  /** The code of a failed system call, such as `ENOENT`. */
  code(error: unknown): string | undefined;
}

const FIRST_BYTES = 64 * 1024;
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

function headOf(next: (buffer: Uint8Array) => number, most: number): Uint8Array<ArrayBuffer> {
  let head = new Uint8Array(Math.min(most, FIRST_BYTES));
  let length = 0;
  for (let read = -1; read !== 0 && length < most; length += read) {
    if (length === head.length) head = longer(head, Math.min(most, 2 * length));
    read = next(head.subarray(length));
  }
  return head.slice(0, length);
}

function longer(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(length);
  copy.set(bytes);
  return copy;
}

/**
 * Files whose errors name the path, and whose private files were never readable by others. No folder is
 * made below a home folder that is not there: root could, and would leave a home that is nobody's.
 */
export function createFiles(
  raw: RawFiles,
  unique: () => string,
  home: () => string | undefined,
): Files {
  const checkHome = (path: string): void => {
    const root = home();
    if (root === undefined || !isWithin(cleanFolder(path), cleanFolder(root))) return;
    if (ifThere(raw, "look at", root, () => raw.stat(root)) !== undefined) return;
    throw new RrError(
      "io",
      `Cannot create the folder "${path}": there is no home folder "${root}"`,
      {
        hint: "Make it, or set HOME to one that is there",
      },
    );
  };
  const files: Files = {
    readBytes: (path) => ifThere(raw, "read", path, () => raw.read(path)),
    readHead: (path, most) =>
      ifThere(raw, "read", path, () => raw.readWith(path, (next) => headOf(next, most))),
    readText(path): string | undefined {
      const text = ifThere(raw, "read", path, () => raw.readText(path));
      return text?.startsWith("\ufeff") ? text.slice(1) : text;
    },
    stat: (path) => ifThere(raw, "look at", path, () => raw.stat(path)),
    realPath(path): string | undefined {
      try {
        return raw.realPath(path);
      } catch {
        return undefined;
      }
    },
    list: (folder) => ifThere(raw, "list", folder, () => raw.names(folder)) ?? [],
    makePrivateFolder(path): void {
      checkHome(path);
      attempt("create the folder", path, () => raw.makeFolder(path, FOLDER_MODE));
    },
    createPrivate: (path, data) => createPrivate(raw, path, toBytes(data)),
    replacePrivate: (path, data) =>
      attempt("write", path, () => replace(raw, path, toBytes(data), unique())),
    rename: (from, to) =>
      ifThere(raw, "rename", from, () => {
        raw.rename(from, to);
        return true;
      }) ?? false,
    chmod: (path, mode) => attempt("change the permissions of", path, () => raw.chmod(path, mode)),
    remove: (path) =>
      ifThere(raw, "remove", path, () => {
        raw.remove(path);
        return true;
      }) ?? false,
  };
  return files;
}

// Written beside it and linked in, a file would be whole from its first moment, but not every file
// system has links; as it is, a crash in between leaves a short file that its owner can remove.
function createPrivate(raw: RawFiles, path: string, data: Uint8Array): boolean {
  try {
    raw.createNew(path, FILE_MODE, data);
    return true;
  } catch (error) {
    if (raw.code(error) === "EEXIST") return false;
    removeQuietly(raw, path);
    throw failed("create", path, error);
  }
}

function replace(raw: RawFiles, path: string, data: Uint8Array, unique: string): void {
  const target = resolved(raw, path);
  const temporary = `${target}.${unique}.tmp`;
  try {
    raw.createNew(temporary, FILE_MODE, data);
    raw.rename(temporary, target);
  } catch (error) {
    removeQuietly(raw, temporary);
    throw error;
  }
}

// A full disk leaves a short file behind; if even removing fails, the first error says more.
function removeQuietly(raw: RawFiles, path: string): void {
  try {
    raw.remove(path);
  } catch {
    return;
  }
}

// A config kept in a dotfiles repository is a link: its target is replaced, not the link.
function resolved(raw: RawFiles, path: string): string {
  try {
    return raw.realPath(path);
  } catch (error) {
    if (raw.code(error) === "ENOENT") return path;
    throw error;
  }
}

function ifThere<T>(raw: RawFiles, verb: string, path: string, fn: () => T): T | undefined {
  try {
    return fn();
  } catch (error) {
    const code = raw.code(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw failed(verb, path, error);
  }
}

function attempt<T>(verb: string, path: string, fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    throw failed(verb, path, error);
  }
}

function failed(verb: string, path: string, cause: unknown): RrError {
  const hint = HINTS[(cause as { code?: string }).code ?? ""]?.(path);
  return new RrError("io", `Cannot ${verb} "${path}"`, { cause, ...hint && { hint } });
}

const notAllowed = (path: string): string =>
  `Look at the owner and the mode of it and of the folders above it: ls -ld "${path}"`;

/** What a person can do about the commonest reasons. */
const HINTS: Readonly<Record<string, (path: string) => string>> = {
  EACCES: notAllowed,
  EPERM: notAllowed,
  EROFS: () => "It is on a file system that is mounted read-only",
  ENOSPC: () => "The disk is full: make room and try again",
};

function toBytes(data: Uint8Array | string): Uint8Array {
  return typeof data === "string" ? new TextEncoder().encode(data) : data;
}
