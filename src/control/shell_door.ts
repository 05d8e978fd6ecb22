/**
 * Where the shells' widgets reach the daemon without starting a process: a port of this machine, which
 * bash and zsh can open by themselves. A file that only its owner can read says which, with two tokens
 * that are new at each start: the shell shows the one and is shown the other before it says anything.
 */
import { isSameSecret, toHex } from "../base/bytes.ts";
import { folderOf } from "../base/folder_of.ts";
import { connect, createServer, type Server, type Socket } from "node:net";
import { type DoorDeps, keepOpen } from "../base/async/door.ts";
import { serverDoor } from "../base/async/server_door.ts";
import { after, pauseUntilBeat } from "../base/async/timer.ts";
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { causeChain, RrError } from "../base/rr_error.ts";
import type { Files } from "../base/world.ts";
import { listenWhenThere } from "./listen_when_there.ts";
import { ShellLine } from "./shell_line.ts";
import {
  type EarlierRequest,
  FIELDS,
  parseShellRequest,
  type PickRequest,
  type ShellRequest,
  type SuggestRequest,
} from "./shell_request.ts";

/** What the door needs. */
export interface ShellDoorDeps extends DoorDeps {
  readonly files: Files;
  readonly random: Random;
}

/** What is done for the shells. */
export interface ShellDoorHandlers {
  /** Has somebody choose; everything on the line is up to it. */
  pick(request: PickRequest, line: ShellLine, signal: AbortSignal): Promise<void>;
  /** Takes in what was recorded. */
  ingest(): Promise<unknown>;
  /** The command that is likeliest to be wanted; `undefined` if there is none to offer. */
  suggest(request: SuggestRequest): Promise<string | undefined>;
  /** Some commands that were run before, newest first; none if the shell has all of them. */
  earlier(request: EarlierRequest): Promise<readonly string[]>;
}

const HOST = "127.0.0.1";
const LISTENER = "shells' listener";
const WITHOUT = "ctrl-r starts a process instead";
const TOKEN_BYTES = 16;
const ENCODER = new TextEncoder();
/** Connections at once: one for each terminal in which a picker is open, and some that begin. */
const MAX_CONNECTIONS = 64;
/** Time to say who one is and what one wants. */
const REQUEST_TIMEOUT_MS = 2_000;

/**
 * Serves the shells until the signal is aborted. `path` is the file that says how to get in; where there
 * is no port to be had, there is none until there is one.
 *
 * @throws {RrError} `io` if the file cannot be written
 */
export async function serveShellDoor(
  path: string,
  handlers: ShellDoorHandlers,
  deps: ShellDoorDeps,
  signal: AbortSignal,
): Promise<void> {
  const tokens = { asked: token(deps.random), answered: token(deps.random) };
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    socket.on("error", () => {}); // a shell that left; told by the line
    serve(socket, tokens, handlers, deps.clock, signal)
      .catch((error) => deps.logger.debug("A shell was not served", { error: causeChain(error) }))
      .finally(() => socket.destroySoon());
  });
  server.maxConnections = MAX_CONNECTIONS;
  const port = await listenWhenThere(LISTENER, WITHOUT, () => listen(server, 0), deps, signal);
  if (port === undefined) return;
  const door = serverDoor(
    server,
    LISTENER,
    () => connect({ host: HOST, port }),
    async () => {
      server.close();
      await listen(server, port);
    },
  );
  const note = `${port} ${tokens.asked} ${tokens.answered}\n`;
  try {
    deps.files.replacePrivate(path, note);
    await Promise.all([keepOpen(door, deps, signal), keepNote(path, note, deps, signal)]);
  } finally {
    server.close();
    for (const socket of open) socket.destroySoon();
    removeNote(path, note, deps);
  }
}

// One that stays, on a disk that has become read-only, leads to a port where nobody is.
function removeNote(path: string, note: string, { files, logger }: ShellDoorDeps): void {
  try {
    if (files.readText(path) === note) files.remove(path);
  } catch (error) {
    logger.debug("The shells' door stays", { error: causeChain(error) });
  }
}

/** A cleaner, or a folder that is changed for a copy of it, takes the file away. */
const LOOK_MS = 1_000;

/** Writes the file again when it is gone, until the signal is aborted. Another one is another daemon's. */
async function keepNote(
  path: string,
  note: string,
  { clock, files, logger }: ShellDoorDeps,
  signal: AbortSignal,
): Promise<void> {
  const folder = folderOf(path);
  while (!signal.aborted) {
    await pauseUntilBeat(clock, LOOK_MS, signal);
    if (signal.aborted) return;
    try {
      // Nothing is made where a disk is not mounted.
      if (files.stat(path) !== undefined || files.stat(folder) === undefined) continue;
      files.replacePrivate(path, note);
      logger.warn("The shells' door was gone, it is there again", { file: path });
    } catch (error) {
      logger.debug("Cannot write the shells' door", { error: causeChain(error) });
    }
  }
}

interface Tokens {
  readonly asked: string;
  readonly answered: string;
}

async function serve(
  socket: Socket,
  tokens: Tokens,
  handlers: ShellDoorHandlers,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  socket.setNoDelay(true);
  const line = new ShellLine(socket);
  const request = await requestOf(socket, line, tokens, clock);
  if (request === undefined) return;
  switch (request.verb) {
    case "pick":
      return await handlers.pick(request.pick, line, signal);
    case "suggest":
      return line.send(`=${await handlers.suggest(request.suggest) ?? ""}`);
    case "earlier":
      for (const command of await handlers.earlier(request.earlier)) line.send(`=${command}`);
      return line.send(".");
    case "ingest":
      await handlers.ingest();
      return line.send("ok");
  }
}

// Nothing if the other side does not know the token, or leaves.
async function requestOf(
  socket: Socket,
  line: ShellLine,
  tokens: Tokens,
  clock: Clock,
): Promise<ShellRequest | undefined> {
  using _late = after(clock, REQUEST_TIMEOUT_MS, () => socket.destroy());
  if (!isSame(await line.next(), tokens.asked)) return undefined;
  line.send(tokens.answered);
  const verb = await line.next();
  if (verb === undefined) return undefined;
  const fields = Object.hasOwn(FIELDS, verb)
    ? await line.take(FIELDS[verb as keyof typeof FIELDS])
    : [];
  return fields && parseShellRequest(verb, fields);
}

function isSame(given: string | undefined, token: string): boolean {
  return given !== undefined && isSameSecret(ENCODER.encode(given), ENCODER.encode(token));
}

function token(random: Random): string {
  return toHex(random.bytes(TOKEN_BYTES));
}

function listen(server: Server, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const fail = (cause: Error): void => {
    server.off("listening", done);
    reject(new RrError("io", `Cannot listen at ${HOST}: ${cause.message}`, { cause }));
  };
  const done = (): void => {
    server.off("error", fail);
    const address = server.address();
    if (address === null || typeof address === "string") {
      reject(new Error("The server has no port"));
    } else resolve(address.port);
  };
  server.once("error", fail);
  server.once("listening", done);
  server.listen(port, HOST);
  return promise;
}
