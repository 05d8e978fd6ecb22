/** A daemon's door that answers what a test says, or nothing. */
import { systemClock } from "../../src/base/clock.ts";
import { silentLogger } from "../../src/base/log.ts";
import { systemRandom } from "../../src/base/random.ts";
import { serveShellDoor } from "../../src/control/shell_door.ts";
import type { ShellLine } from "../../src/control/shell_line.ts";
import type {
  EarlierRequest,
  PickRequest,
  SuggestRequest,
} from "../../src/control/shell_request.ts";
import { denoFiles } from "../../src/world/deno.ts";

/** A door that answers from two lists. */
export class Door implements AsyncDisposable {
  readonly path: string;
  /** What is offered, the likeliest first. */
  offers: readonly string[] = [];
  /** What was run before, the newest first. */
  past: readonly string[] = [];
  /** What becomes of a terminal. */
  pick: (line: ShellLine) => Promise<void> = () => Promise.resolve();
  /** Commands in one answer. */
  atOnce = 2;
  readonly picks: PickRequest[] = [];
  readonly suggests: SuggestRequest[] = [];
  readonly earliers: EarlierRequest[] = [];
  readonly #folder = Deno.makeTempDirSync({ prefix: "rr-door-" });
  readonly #stop = new AbortController();
  readonly #served: Promise<void>;

  constructor() {
    this.path = `${this.#folder}/door`;
    const handlers = {
      pick: (request: PickRequest, line: ShellLine) => {
        this.picks.push(request);
        return this.pick(line);
      },
      ingest: () => Promise.resolve(),
      suggest: (request: SuggestRequest) => {
        this.suggests.push(request);
        return Promise.resolve(this.offers.find((one) => one.startsWith(request.text)));
      },
      earlier: (request: EarlierRequest) => {
        this.earliers.push(request);
        const fitting = this.past.filter((one) => one.startsWith(request.text));
        return Promise.resolve(fitting.slice(request.skip, request.skip + this.atOnce));
      },
    };
    const deps = {
      clock: systemClock(),
      files: denoFiles(),
      random: systemRandom(),
      logger: silentLogger(),
    };
    this.#served = serveShellDoor(this.path, handlers, deps, this.#stop.signal);
  }

  /** Opens it. */
  static async open(fields: Partial<Pick<Door, "offers" | "past" | "atOnce">> = {}): Promise<Door> {
    const door = Object.assign(new Door(), fields);
    while (denoFiles().stat(door.path) === undefined) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    return door;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#served;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    Deno.removeSync(this.#folder, { recursive: true });
  }
}

/** How a port treats whoever comes; what it reads it notes. */
export type Manner = (connection: Deno.TcpConn, note: (text: string) => void) => Promise<void>;

/** Reads and says nothing, as a daemon that hangs. */
export const hang: Manner = async (connection, note) => {
  const buffer = new Uint8Array(1000);
  for (;;) {
    const read = await connection.read(buffer);
    if (read === null) return;
    note(new TextDecoder().decode(buffer.subarray(0, read)));
  }
};

/**
 * Says some words at the first sign of the shell and goes away with the rest unread. To a line that ended
 * and then was reset, the first thing that is written ends a program that does not look out (SIGPIPE).
 */
export function goneAfter(...words: readonly string[]): Manner {
  return async (connection) => {
    await connection.read(new Uint8Array(1));
    await connection.write(new TextEncoder().encode(words.map((word) => `${word}\0`).join("")));
    await connection.closeWrite();
    connection.close();
  };
}

/** A port behind a door file at which something else listens than a daemon that is well. */
export class OddPort implements AsyncDisposable {
  readonly path: string;
  /** What came on each connection. */
  readonly heard: string[] = [];
  readonly #folder = Deno.makeTempDirSync({ prefix: "rr-door-" });
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #open = new Set<Deno.TcpConn>();
  readonly #accepting: Promise<void>;

  constructor(manner: Manner = hang) {
    this.path = `${this.#folder}/door`;
    const { port } = this.#listener.addr as Deno.NetAddr;
    Deno.writeTextFileSync(this.path, `${port} asked answered\n`);
    this.#accepting = this.#accept(manner);
  }

  async #accept(manner: Manner): Promise<void> {
    for await (const connection of this.#listener) {
      this.#open.add(connection);
      const at = this.heard.push("") - 1;
      void manner(connection, (text) => this.heard[at] += text).catch(() => {});
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#open) {
      try {
        connection.close();
      } catch {
        // The other side was quicker.
      }
    }
    await this.#accepting;
    Deno.removeSync(this.#folder, { recursive: true });
  }
}
