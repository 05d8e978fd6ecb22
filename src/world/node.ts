/** The {@linkcode World} on Node. Loaded on Node only. */
import { shellFolder } from "./shell_folder.ts";
import { systemClock } from "../base/clock.ts";
import { type Random, systemRandom } from "../base/random.ts";
import { RrError } from "../base/rr_error.ts";
import type { FileInfo, Files, World } from "../base/world.ts";
import { createInput, createOutput } from "./bytes.ts";
import { createFiles, type RawFiles } from "./files.ts";
import { boundLookups } from "./lookups.ts";

interface Builtins {
  readonly "node:child_process": typeof import("node:child_process");
  readonly "node:fs": typeof import("node:fs");
  readonly "node:os": typeof import("node:os");
  readonly "node:tty": typeof import("node:tty");
}

// What is imported has all of its properties read, and so all behind them loaded (streams for
// `process.stdin`, sockets for a child process): 20 ms of every start.
const { process } = globalThis as unknown as { process: typeof import("node:process") };
const builtin = <K extends keyof Builtins>(name: K): Builtins[K] =>
  process.getBuiltinModule(name) as Builtins[K];
const fs = builtin("node:fs");
// A terminal is a device. To ask whether it is one loads streams and sockets: a tenth of a search. Linux
// tells the name of what is open, which mostly says as much.
const isatty = (descriptor: number): boolean =>
  isDevice(descriptor) && (isNamedAsTerminal(descriptor) ?? builtin("node:tty").isatty(descriptor));

function isNamedAsTerminal(descriptor: number): boolean | undefined {
  try {
    const name = fs.readlinkSync(`/proc/self/fd/${descriptor}`);
    if (name === "/dev/null") return false;
    return /^\/dev\/(?:pts\/|tty)\w+$/.test(name) ? true : undefined;
  } catch {
    return undefined; // it is not Linux
  }
}

function isDevice(descriptor: number): boolean {
  try {
    return fs.fstatSync(descriptor).isCharacterDevice();
  } catch {
    return false; // it is closed
  }
}

/** Creates the World of this Node process. */
export function nodeWorld(): World {
  boundLookups({ get: (name) => process.env[name], set: (name, to) => process.env[name] = to });
  const files = nodeFiles();
  return {
    runtime: "node",
    os: operatingSystem(),
    args: process.argv.slice(2),
    pid: process.pid,
    get parentPid() {
      return process.ppid;
    },
    execPath: process.execPath,
    clock: systemClock(),
    random: nodeRandom(),
    files,
    stdin: createInput({
      read: (buffer) => readDescriptor(0, buffer),
      isTerminal: () => isatty(0),
      isBusy: (error) => codeOf(error) === "EAGAIN",
    }),
    stdout: outputTo(1),
    stderr: outputTo(2),
    env: environment,
    cwd: () => shellFolder(orUndefined(() => process.cwd()), environment("PWD"), files),
    hostname: () => orUndefined(() => builtin("node:os").hostname()),
    onSignal(signal, handler): Disposable {
      process.on(signal, handler);
      return { [Symbol.dispose]: () => void process.off(signal, handler) };
    },
    program,
    startDetached,
    exit: (code) => process.exit(code),
  };
}

/** Where the system has it, as everywhere but on Windows. */
const RANDOM_DEVICE = "/dev/urandom";

function nodeRandom(): Random {
  const { bytes, unit } = systemRandom();
  return { unit, bytes: (length) => deviceBytes(length) ?? bytes(length) };
}

// What is behind `crypto` as well, but Node builds that up when it is first touched, with all of its
// ciphers and streams: a tenth of what `rr record` takes.
function deviceBytes(length: number): Uint8Array<ArrayBuffer> | undefined {
  let file: number | undefined;
  try {
    file = fs.openSync(RANDOM_DEVICE, "r");
    if (!fs.fstatSync(file).isCharacterDevice()) return undefined;
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length;) {
      const count = fs.readSync(file, bytes, at, length - at, null);
      if (count === 0) return undefined;
      at += count;
    }
    return bytes;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) fs.closeSync(file);
  }
}

/** The file system through Node. */
export function nodeFiles(): Files {
  return createFiles(
    RAW,
    () => `${process.pid}-${crypto.randomUUID().slice(0, 8)}`,
    () => environment("HOME"),
  );
}

const RAW: RawFiles = {
  read(path): Uint8Array<ArrayBuffer> {
    const buffer = fs.readFileSync(path);
    const bytes = new Uint8Array(buffer.length);
    bytes.set(buffer);
    return bytes;
  },
  readText: (path) => fs.readFileSync(path, "utf8"),
  readWith<T>(path: string, use: (next: (buffer: Uint8Array) => number) => T): T {
    const file = fs.openSync(path, "r");
    try {
      return use((buffer) => fs.readSync(file, buffer));
    } finally {
      fs.closeSync(file);
    }
  },
  stat: (path) => toInfo(fs.statSync(path)),
  names: (folder) => fs.readdirSync(folder),
  makeFolder: (path, mode) => void fs.mkdirSync(path, { recursive: true, mode }),
  createNew(path, mode, data): void {
    const file = fs.openSync(path, "wx", mode);
    try {
      for (let rest = data; rest.length > 0;) rest = rest.subarray(fs.writeSync(file, rest));
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
  },
  rename: (from, to) => fs.renameSync(from, to),
  realPath: (path) => fs.realpathSync(path),
  chmod: (path, mode) => fs.chmodSync(path, mode),
  remove: (path) => fs.rmSync(path),
  code: codeOf,
};

function codeOf(error: unknown): string | undefined {
  return (error as { code?: string } | undefined)?.code;
}

function toInfo(info: import("node:fs").Stats): FileInfo {
  return {
    kind: info.isFile() ? "file" : info.isDirectory() ? "folder" : "other",
    mode: process.platform === "win32" ? undefined : info.mode & 0o7777,
    size: info.size,
    mtimeMs: info.mtimeMs,
    id: info.ino === 0 ? undefined : `${info.dev}:${info.ino}`,
  };
}

// Windows reports the end of a closed pipe as an error.
function readDescriptor(descriptor: number, buffer: Uint8Array): number {
  try {
    return fs.readSync(descriptor, buffer);
  } catch (error) {
    if (codeOf(error) === "EOF") return 0;
    throw error;
  }
}

function outputTo(descriptor: number): ReturnType<typeof createOutput> {
  return createOutput({
    write: (bytes) => fs.writeSync(descriptor, bytes),
    isTerminal: () => isatty(descriptor),
    columns: () => (descriptor === 1 ? process.stdout : process.stderr).columns,
    isClosed: (error) => codeOf(error) === "EPIPE",
    isBusy: (error) => codeOf(error) === "EAGAIN",
  });
}

function operatingSystem(): World["os"] {
  switch (process.platform) {
    case "linux":
    case "darwin":
      return process.platform;
    case "win32":
      return "windows";
    default:
      return "other";
  }
}

function environment(name: string): string | undefined {
  const value = process.env[name];
  return value === undefined || value.trim() === "" ? undefined : value;
}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function program(): readonly string[] {
  return [process.execPath, ...process.execArgv, process.argv[1] ?? ""];
}

function startDetached(
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): void {
  const [file, ...args] = command;
  const child = builtin("node:child_process").spawn(file!, args, {
    detached: true,
    stdio: "ignore",
    env: { ...process.env, ...env },
  });
  // Node reports a missing program later, when nobody waits any more; not one of the known causes
  // (a program that has just been running is not there) is worth an uncaught exception.
  child.on("error", () => {});
  if (child.pid === undefined) {
    throw new RrError("io", `Cannot start "${file}"`);
  }
  child.unref();
}
