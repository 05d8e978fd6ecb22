/**
 * What the program needs of the machine, small enough to be implemented twice (Deno and Node) and
 * cheap enough for `rr record` and `rr search`: on Deno every `node:` module but `node:sqlite` costs
 * up to 19 ms at start, so the hot paths use this port and nothing else.
 *
 * Long-running commands may use `node:fs`, `node:net` and the like directly; both runtimes have them.
 */
import type { Clock } from "./clock.ts";
import type { Random } from "./random.ts";

/** The bytes that are handed to the process, read synchronously. */
export interface Input {
  isTerminal(): boolean;
  /**
   * Everything until the end.
   *
   * @throws {import("./rr_error.ts").RrError} code `io` if there are more than `mostBytes`
   */
  readAll(mostBytes: number): Uint8Array<ArrayBuffer>;
  /** One line without its newline, for a question on a terminal; `undefined` at the end. */
  readLine(): string | undefined;
}

/** A text output of the process. */
export interface Output {
  /** Writes all of `text` at once; a closed pipe is ignored. */
  write(text: string): void;
  /** As {@linkcode write}, for what is not text: zsh's history files are not UTF-8. */
  writeBytes(bytes: Uint8Array): void;
  isTerminal(): boolean;
  /** How many columns a line has; `undefined` where it is no terminal, or one that does not say. */
  columns(): number | undefined;
}

/** What a path names. */
export interface FileInfo {
  readonly kind: "file" | "folder" | "other";
  /** Permission bits, such as 0o600; `undefined` where the system has none. */
  readonly mode: number | undefined;
  readonly size: number;
  readonly mtimeMs: number;
  /** Tells this file from any other there is, whatever its name; `undefined` where the system cannot. */
  readonly id?: string | undefined;
}

/**
 * The file system, synchronous. A path that does not exist gives `undefined` or `false`; any other
 * failure throws an {@linkcode import("./rr_error.ts").RrError} with code `io` that names the path.
 */
export interface Files {
  readBytes(path: string): Uint8Array<ArrayBuffer> | undefined;
  /** The first `most` bytes, or all if there are fewer. */
  readHead(path: string, most: number): Uint8Array<ArrayBuffer> | undefined;
  readText(path: string): string | undefined;
  stat(path: string): FileInfo | undefined;
  /** The path without symbolic links; `undefined` if it is not there, or cannot be followed. */
  realPath(path: string): string | undefined;
  /** Names in a folder, in no order; empty if there is no such folder. */
  list(folder: string): string[];
  /** Creates the folder and its missing parents with mode 0700; existing ones stay as they are. */
  makePrivateFolder(path: string): void;
  /** Creates a file of mode 0600 holding `data`; `false`, touching nothing, if the path exists. */
  createPrivate(path: string, data: Uint8Array | string): boolean;
  /** Replaces the file whole or not at all (a temporary file of mode 0600, then a rename). */
  replacePrivate(path: string, data: Uint8Array | string): void;
  /** Gives the file another name, replacing what has it; `false` if there is no such file. */
  rename(from: string, to: string): boolean;
  /** Sets the permission bits. */
  chmod(path: string, mode: number): void;
  /** Removes a file; `false` if there is none. */
  remove(path: string): boolean;
}

/** Signals that a command can wait for. */
export type Signal = "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGWINCH";

/** The machine, the process and its surroundings. */
export interface World {
  readonly runtime: "deno" | "node";
  readonly os: "linux" | "darwin" | "windows" | "other";
  /** The words of the command line after the program's own. */
  readonly args: readonly string[];
  readonly pid: number;
  /** The process that started this one. */
  readonly parentPid: number;
  /** The running executable: the compiled `rr`, `deno` or `node`. */
  readonly execPath: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly files: Files;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** An environment variable; blank ones count as unset. */
  env(name: string): string | undefined;
  /** The working folder, by the shell's name for it (`$PWD`); `undefined` if it has been removed. */
  cwd(): string | undefined;
  /** The machine's name as the kernel has it; `undefined` if it cannot be read. */
  hostname(): string | undefined;
  /** Calls `handler` at every such signal instead of the default action, until disposed. */
  onSignal(signal: Signal, handler: () => void): Disposable;
  /** What starts this program again: the executable and the words that go before `args`. */
  program(): readonly string[];
  /**
   * Starts a process that outlives this one, without any input or output, and does not wait for it.
   *
   * @param env added to the environment of this process
   * @throws {import("./rr_error.ts").RrError} code `io` if it cannot be started
   */
  startDetached(command: readonly string[], env?: Readonly<Record<string, string>>): void;
  /** Ends the process now. Only `cli.ts`, the CLI's entry and a second stop signal may call this. */
  exit(code: number): never;
}
