/** The {@linkcode World} on Deno. Touches no `node:` module and no global `process`: see system.ts. */
import { shellFolder } from "./shell_folder.ts";
import { systemClock } from "../base/clock.ts";
import { systemRandom } from "../base/random.ts";
import { RrError } from "../base/rr_error.ts";
import type { FileInfo, Files, World } from "../base/world.ts";
import { createInput, createOutput } from "./bytes.ts";
import { createFiles, type RawFiles } from "./files.ts";
import { boundLookups } from "./lookups.ts";

/** What rr needs when it is started again from its source: Deno opens a shell's terminal for no less. */
const PERMISSIONS = ["--allow-all"];

/** Creates the World of this Deno process. */
export function denoWorld(): World {
  passOnCertificates();
  orUndefined(() => boundLookups(Deno.env));
  const files = denoFiles();
  return {
    runtime: "deno",
    os: operatingSystem(),
    args: Deno.args,
    pid: Deno.pid,
    get parentPid() {
      return Deno.ppid;
    },
    get execPath() {
      return Deno.execPath();
    },
    clock: systemClock(),
    random: systemRandom(),
    files,
    stdin: createInput({
      read: (buffer) => Deno.stdin.readSync(buffer),
      isTerminal: () => Deno.stdin.isTerminal(),
      isBusy: (error) => error instanceof Deno.errors.WouldBlock,
    }),
    stdout: outputTo(Deno.stdout),
    stderr: outputTo(Deno.stderr),
    env: environment,
    cwd: () => shellFolder(orUndefined(() => Deno.cwd()), environment("PWD"), files),
    hostname: () => orUndefined(() => Deno.hostname()),
    onSignal(signal, handler): Disposable {
      Deno.addSignalListener(signal, handler);
      return { [Symbol.dispose]: () => Deno.removeSignalListener(signal, handler) };
    },
    program,
    startDetached,
    exit: (code) => Deno.exit(code),
  };
}

// Deno has its own variable for further authorities, which its `node:https` does not look at.
function passOnCertificates(): void {
  orUndefined(() => {
    const path = Deno.env.get("DENO_CERT");
    if (path === undefined || Deno.env.get("NODE_EXTRA_CA_CERTS") !== undefined) return;
    Deno.env.set("NODE_EXTRA_CA_CERTS", path);
  });
}

/** The file system through Deno. */
export function denoFiles(): Files {
  return createFiles(
    RAW,
    () => `${Deno.pid}-${crypto.randomUUID().slice(0, 8)}`,
    () => environment("HOME"),
  );
}

const RAW: RawFiles = {
  read: (path) => Deno.readFileSync(path),
  // The first TextDecoder of a process takes longer than the file.
  readText: (path) => Deno.readTextFileSync(path),
  readWith<T>(path: string, use: (next: (buffer: Uint8Array) => number) => T): T {
    using file = Deno.openSync(path);
    return use((buffer) => file.readSync(buffer) ?? 0);
  },
  stat: (path) => toInfo(Deno.statSync(path)),
  names: (folder) => Array.from(Deno.readDirSync(folder), (item) => item.name),
  makeFolder: (path, mode) => Deno.mkdirSync(path, { recursive: true, mode }),
  createNew(path, mode, data): void {
    using file = Deno.openSync(path, { write: true, createNew: true, mode });
    for (let rest = data; rest.length > 0;) rest = rest.subarray(file.writeSync(rest));
    file.syncSync();
  },
  rename: (from, to) => Deno.renameSync(from, to),
  realPath: (path) => Deno.realPathSync(path),
  chmod: (path, mode) => Deno.chmodSync(path, mode),
  remove: (path) => Deno.removeSync(path),
  code(error): string | undefined {
    if (error instanceof Deno.errors.NotFound) return "ENOENT";
    if (error instanceof Deno.errors.AlreadyExists) return "EEXIST";
    return (error as { code?: string } | undefined)?.code;
  },
};

function toInfo(info: Deno.FileInfo): FileInfo {
  return {
    kind: info.isFile ? "file" : info.isDirectory ? "folder" : "other",
    mode: info.mode === null ? undefined : info.mode & 0o7777,
    size: info.size,
    mtimeMs: info.mtime?.getTime() ?? 0,
    id: info.ino === null ? undefined : `${info.dev}:${info.ino}`,
  };
}

function outputTo(stream: typeof Deno.stdout): ReturnType<typeof createOutput> {
  return createOutput({
    write: (bytes) => stream.writeSync(bytes),
    isTerminal: () => stream.isTerminal(),
    columns: () => Deno.consoleSize().columns,
    isClosed: (error) => error instanceof Deno.errors.BrokenPipe,
    isBusy: (error) => error instanceof Deno.errors.WouldBlock,
  });
}

function operatingSystem(): World["os"] {
  const { os } = Deno.build;
  return os === "linux" || os === "darwin" || os === "windows" ? os : "other";
}

// A value that is not Unicode makes Deno throw; rr has no use for one.
function environment(name: string): string | undefined {
  const value = orUndefined(() => Deno.env.get(name));
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
  if (Deno.build.standalone) return [Deno.execPath()];
  return [Deno.execPath(), "run", "--quiet", ...PERMISSIONS, Deno.mainModule];
}

function startDetached(
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): void {
  const [file, ...args] = command;
  try {
    new Deno.Command(file!, {
      args,
      env: { ...env },
      stdin: "null",
      stdout: "null",
      stderr: "null",
      detached: true,
    }).spawn().unref();
  } catch (error) {
    throw new RrError("io", `Cannot start "${file}"`, { cause: error });
  }
}
