import { folderOf } from "../base/folder_of.ts";
import type { Door } from "../base/async/door.ts";
import { serverDoor } from "../base/async/server_door.ts";
import { linkedController } from "../base/async/linked_signal.ts";
import { chmodSync, lstatSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { after } from "../base/async/timer.ts";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import { causeChain, RrError, toError } from "../base/rr_error.ts";
import { readLines, writeLine } from "./connection.ts";
import {
  type ControlReply,
  type ControlRequest,
  type ControlVerb,
  formatReply,
  MAX_REQUEST_BYTES,
  parseRequest,
} from "./protocol.ts";
import { checkSocketFolder } from "./socket_path.ts";

/**
 * Does what a verb asks. A generator's values go out as events, what it returns is the result.
 *
 * @param params unchecked JSON
 * @param signal aborted when the client has left or the daemon stops
 */
export type ControlHandler = (
  params: unknown,
  signal: AbortSignal,
) => Promise<unknown> | AsyncGenerator<unknown, unknown>;

/** What the server needs. */
export interface ControlDeps {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What a daemon does at which verb. */
export type ControlHandlers = Readonly<Partial<Record<ControlVerb, ControlHandler>>>;

/** A control socket that listens until its signal is aborted or it is disposed. */
export interface ControlServer extends AsyncDisposable {
  readonly path: string;
  /** Resolves when the socket is gone. */
  readonly finished: Promise<void>;
  /** To be watched: the socket file may be removed, or the listener die. */
  readonly door: Door;
}

/** Connections at once; a person has a few terminals. */
const MAX_CONNECTIONS = 64;
/** Time for a client to send its request, which is one short line. */
const REQUEST_TIMEOUT_MS = 5_000;
/** Time for a client to take what it is sent. */
const WRITE_TIMEOUT_MS = 30_000;
/** At a stop: time for answers that are ready, that to `stop` among them, to go out. */
const GRACE_MS = 200;

/**
 * Serves a control socket of mode 0600 at `path`; resolves when it listens. The socket of a daemon that
 * died is replaced.
 *
 * @throws {RrError} `busy` if another daemon answers there, `io` if the socket cannot be made
 */
export async function serveControl(
  path: string,
  handlers: ControlHandlers,
  deps: ControlDeps,
  signal?: AbortSignal,
): Promise<ControlServer> {
  signal?.throwIfAborted();
  const connections = new Connections(handlers, deps);
  const server = createServer({ allowHalfOpen: true }, (socket) => connections.accept(socket));
  server.maxConnections = MAX_CONNECTIONS;
  await checkNobodyAnswers(path);
  await bind(server, path);
  server.on("error", (error) => {
    deps.logger.warn("The control socket has a problem", { error: error.message });
  });
  const closed = Promise.withResolvers<void>();
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    signal?.removeEventListener("abort", stop);
    server.close(() => closed.resolve());
    connections.end();
    removeSocket(path, deps.logger);
  };
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted) stop();
  const door = serverDoor(server, "control socket", () => connect(path), async () => {
    if (stopping) return;
    server.close();
    checkSocketFolder(path, { create: true });
    await bind(server, path);
  });
  return {
    path,
    door,
    finished: closed.promise,
    [Symbol.asyncDispose](): Promise<void> {
      stop();
      return closed.promise;
    },
  };
}

// On a disk that has become read-only it stays, and gives way to the next one: nothing may hold up a stop.
function removeSocket(path: string, logger: Logger): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    logger.debug("The control socket's file stays", { path, error: causeChain(error) });
  }
}

/** What is under way. */
class Connections {
  readonly #handlers: ControlHandlers;
  readonly #deps: ControlDeps;
  readonly #open = new Set<Socket>();
  readonly #stop = new AbortController();

  constructor(handlers: ControlHandlers, deps: ControlDeps) {
    this.#handlers = handlers;
    this.#deps = deps;
  }

  accept(socket: Socket): void {
    this.#open.add(socket);
    socket.on("error", () => {}); // a client that left; told by whoever reads or writes
    socket.once("close", () => this.#open.delete(socket));
    this.#serve(socket)
      .catch((error) => {
        this.#deps.logger.debug("A control connection broke", { error: causeChain(error) });
      })
      .finally(() => socket.destroySoon());
  }

  /** Calls everything off; what does not end by itself is cut off a little later. */
  end(): void {
    this.#stop.abort(new RrError("busy", "The daemon is stopping"));
    const cut = after(this.#deps.clock, GRACE_MS, () => {
      for (const socket of this.#open) socket.destroy();
    });
    for (const socket of this.#open) {
      socket.once("close", () => this.#open.size === 0 && cut[Symbol.dispose]());
    }
    if (this.#open.size === 0) cut[Symbol.dispose]();
  }

  async #serve(socket: Socket): Promise<void> {
    const lines = readLines(socket, MAX_REQUEST_BYTES);
    let request: ControlRequest | undefined;
    try {
      request = await this.#request(socket, lines);
    } catch (error) {
      await send(socket, { kind: "error", error: toRrError(error) }, this.#deps.clock);
      return;
    }
    if (request === undefined) return; // whether somebody is here was the question
    using gone = linkedController(this.#stop.signal);
    const leave = (): void => gone.abort(new RrError("io", "The client has left"));
    socket.once("end", leave).once("close", leave);
    lines.next().then(() => {}, () => {}); // sees the end; a second request is not answered
    await this.#answer(socket, request, gone.signal);
  }

  async #request(
    socket: Socket,
    lines: AsyncGenerator<string, void>,
  ): Promise<ControlRequest | undefined> {
    using _late = after(this.#deps.clock, REQUEST_TIMEOUT_MS, () => socket.destroy());
    const first = await lines.next();
    return first.done ? undefined : parseRequest(first.value);
  }

  async #answer(socket: Socket, request: ControlRequest, signal: AbortSignal): Promise<void> {
    try {
      const handler = this.#handlers[request.verb];
      if (!handler) throw new RrError("not-found", `This daemon cannot ${request.verb}`);
      const answer = handler(request.params, signal);
      const { clock } = this.#deps;
      const value =
        await (answer instanceof Promise ? answer : sendEvents(socket, answer, clock, signal));
      await send(socket, { kind: "result", value }, clock);
    } catch (error) {
      await send(socket, { kind: "error", error: toRrError(error) }, this.#deps.clock);
    }
  }
}

async function sendEvents(
  socket: Socket,
  events: AsyncGenerator<unknown, unknown>,
  clock: Clock,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    for (let next = await events.next();; next = await events.next()) {
      if (next.done) return next.value;
      signal.throwIfAborted();
      await send(socket, { kind: "event", value: next.value }, clock);
    }
  } finally {
    await events.return(undefined);
  }
}

async function send(socket: Socket, reply: ControlReply, clock: Clock): Promise<void> {
  using _late = after(clock, WRITE_TIMEOUT_MS, () => socket.destroy());
  await writeLine(socket, formatReply(reply));
}

function toRrError(error: unknown): RrError {
  return error instanceof RrError ? error : new RrError("io", causeChain(error));
}

/** A daemon that holds the lock finds nobody here; this is for one that runs without it. */
function checkNobodyAnswers(path: string): Promise<void> {
  checkSocketFolder(path, { create: true });
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return Promise.resolve();
  if (!there.isSocket()) {
    throw new RrError("io", `Cannot make a socket at "${path}": there is something else`, {
      hint: "Move it away",
    });
  }
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const probe = connect(path);
  probe.once("error", () => resolve());
  probe.once("connect", () => {
    probe.destroy();
    reject(new RrError("busy", `Cannot listen at "${path}": another daemon answers there`));
  });
  return promise;
}

/**
 * Made in a folder that is closed to others and moved into place when its mode is right, so that it is never
 * open to them, not for a moment, and the old one gives way at once.
 */
async function bind(server: Server, path: string): Promise<void> {
  let scratch: string | undefined;
  try {
    scratch = mkdtempSync(`${folderOf(path)}/.rr-`);
    const first = `${scratch}/s`;
    await listen(server, first);
    chmodSync(first, 0o600);
    renameSync(first, path);
  } catch (cause) {
    server.close();
    throw new RrError("io", `Cannot listen at "${path}": ${toError(cause).message}`, { cause });
  } finally {
    if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
  }
}

function listen(server: Server, path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(path, () => {
    server.off("error", reject);
    resolve();
  });
  return promise;
}
