/**
 * A {@linkcode World} for commands that are run in the test's own process: a real temporary folder as
 * HOME, captured output, and an environment, clock and randomness that the test holds.
 */
import type { Random } from "../../src/base/random.ts";
import { RrError } from "../../src/base/rr_error.ts";
import type { Files, Input, Output, Signal, World } from "../../src/base/world.ts";
import { denoFiles } from "../../src/world/deno.ts";
import { FakeClock } from "./fake_clock.ts";
import { seededRandom } from "./seeded_random.ts";

/** What a {@linkcode FakeWorld} may be given. */
export interface FakeWorldOptions {
  readonly args?: readonly string[];
  /** Besides `HOME`, which is a new temporary folder unless given here. */
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: FakeClock;
  readonly random?: Random;
  readonly files?: Files;
  /** What the standard input holds. @default {nothing} */
  readonly stdin?: string;
  /** Whether stdin, stdout and stderr are a terminal. @default {false} */
  readonly terminal?: boolean;
  /** The width of the terminal. @default {not told} */
  readonly columns?: number;
  /** @default {"laptop"} */
  readonly hostname?: string | undefined;
  /** @default {HOME} */
  readonly cwd?: string | undefined;
  readonly os?: World["os"];
}

/** What a command asked to be started. */
export interface Started {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Thrown by {@linkcode FakeWorld.exit} instead of ending the process. */
export class FakeExit extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`The process would have ended with ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** See the file's description. Disposing removes the temporary folder. */
export class FakeWorld implements World, Disposable {
  readonly runtime = "deno";
  readonly os: World["os"];
  readonly pid = 4242;
  /** A number that no process has. */
  readonly parentPid = 2 ** 31 - 1;
  readonly execPath = "/usr/local/bin/rr";
  readonly clock: FakeClock;
  readonly random: Random;
  readonly files: Files;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** The temporary folder that is HOME. */
  readonly home: string;
  /** Processes that {@linkcode startDetached} was asked for, in order. */
  readonly started: Started[] = [];
  args: readonly string[];
  terminal: boolean;
  #out = "";
  #err = "";
  readonly #env: Map<string, string>;
  readonly #hostname: string | undefined;
  readonly #cwd: string | undefined;
  readonly #temporary: string | undefined;
  readonly #handlers = new Map<Signal, Set<() => void>>();

  constructor(options: FakeWorldOptions = {}) {
    this.#temporary = options.env?.HOME === undefined
      ? Deno.makeTempDirSync({ prefix: "rr-test-" })
      : undefined;
    this.home = options.env?.HOME ?? this.#temporary!;
    // A pager would be a real one, on the terminal of whoever runs the tests.
    this.#env = new Map(Object.entries({ HOME: this.home, PAGER: "cat", ...options.env }));
    this.args = options.args ?? [];
    this.os = options.os ?? "linux";
    this.clock = options.clock ?? new FakeClock();
    this.random = options.random ?? seededRandom();
    this.files = options.files ?? denoFiles();
    this.terminal = options.terminal ?? false;
    this.#hostname = "hostname" in options ? options.hostname : "laptop";
    this.#cwd = "cwd" in options ? options.cwd : this.home;
    const isTerminal = (): boolean => this.terminal;
    this.stdin = inputOf(options.stdin ?? "", isTerminal);
    const columns = (): number | undefined => this.terminal ? options.columns : undefined;
    const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
    this.stdout = {
      isTerminal,
      columns,
      write: (part) => void (this.#out += part),
      writeBytes: (bytes) => void (this.#out += text(bytes)),
    };
    this.stderr = {
      isTerminal,
      columns,
      write: (part) => void (this.#err += part),
      writeBytes: (bytes) => void (this.#err += text(bytes)),
    };
  }

  /** What was written to stdout since the last call. */
  takeOut(): string {
    const text = this.#out;
    this.#out = "";
    return text;
  }

  /** What was written to stderr since the last call. */
  takeErr(): string {
    const text = this.#err;
    this.#err = "";
    return text;
  }

  env(name: string): string | undefined {
    const value = this.#env.get(name);
    return value === undefined || value.trim() === "" ? undefined : value;
  }

  /** Sets or, with `undefined`, removes an environment variable. */
  setEnv(name: string, value: string | undefined): void {
    if (value === undefined) this.#env.delete(name);
    else this.#env.set(name, value);
  }

  cwd(): string | undefined {
    return this.#cwd;
  }

  hostname(): string | undefined {
    return this.#hostname;
  }

  onSignal(signal: Signal, handler: () => void): Disposable {
    const handlers = this.#handlers.get(signal) ?? new Set();
    this.#handlers.set(signal, handlers.add(handler));
    return { [Symbol.dispose]: () => void handlers.delete(handler) };
  }

  /** Sends a signal; returns how many handlers took it. */
  raise(signal: Signal): number {
    const handlers = [...this.#handlers.get(signal) ?? []];
    for (const handler of handlers) handler();
    return handlers.length;
  }

  program(): readonly string[] {
    return [this.execPath];
  }

  startDetached(command: readonly string[], env: Readonly<Record<string, string>> = {}): void {
    this.started.push({ command, env });
  }

  exit(code: number): never {
    throw new FakeExit(code);
  }

  [Symbol.dispose](): void {
    if (this.#temporary !== undefined) Deno.removeSync(this.#temporary, { recursive: true });
  }
}

function inputOf(text: string, isTerminal: () => boolean): Input {
  let rest = text;
  return {
    isTerminal,
    readAll(mostBytes): Uint8Array<ArrayBuffer> {
      const bytes = new TextEncoder().encode(rest);
      rest = "";
      if (bytes.length > mostBytes) throw new RrError("io", `More than ${mostBytes} bytes`);
      return bytes;
    },
    readLine(): string | undefined {
      if (rest === "") return undefined;
      const end = rest.indexOf("\n");
      const line = end < 0 ? rest : rest.slice(0, end);
      rest = end < 0 ? "" : rest.slice(end + 1);
      return line;
    },
  };
}
