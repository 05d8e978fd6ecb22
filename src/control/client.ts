import { connect, type Socket } from "node:net";
import { RrError, toError } from "../base/rr_error.ts";
import { readLines, writeLine } from "./connection.ts";
import { type ControlRequest, formatRequest, MAX_REPLY_BYTES, parseReply } from "./protocol.ts";
import { runningDaemon } from "../process/lock.ts";
import { checkSocketFolder, databaseOf, otherSocketPath } from "./socket_path.ts";

/** How to wait for an answer. */
export interface CallControlOptions {
  readonly signal?: AbortSignal | undefined;
  /**
   * Longest silence in milliseconds; `Infinity` for requests that take their time, such as `sync`.
   * @default {3000}
   */
  readonly idleTimeoutMs?: number | undefined;
  /** Told of each event before the result. What it throws ends the call. */
  readonly onEvent?: ((event: unknown) => void) | undefined;
}

/** A daemon answers from memory: who is silent for longer is stopped or stuck, and a person waits for it. */
const IDLE_TIMEOUT_MS = 3_000;
/** A process that was itself stopped meanwhile finds its time over before it has read what came. */
const LAST_LOOK_MS = 200;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Asks the daemon behind a socket; resolves to the result of the verb, unchecked JSON.
 *
 * @throws {DaemonSilent} if it is silent
 * @throws {RrError} `not-found` if no daemon runs, `io` if it cannot be talked to, `invalid` if it answers nonsense, or the error it answers; `signal.reason` when that is aborted
 */
export async function callControl(
  path: string,
  request: ControlRequest,
  options: CallControlOptions = {},
): Promise<unknown> {
  const { signal } = options;
  signal?.throwIfAborted();
  const socket = await openEither(path);
  const abort = (): void => void socket.destroy(toError(signal?.reason));
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  try {
    return await converse(socket, path, request, options);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof RrError) throw error;
    throw new RrError("io", `Cannot talk to the daemon at "${path}": ${toError(error).message}`, {
      cause: error,
    });
  } finally {
    signal?.removeEventListener("abort", abort);
    socket.destroy();
  }
}

/** A daemon on a file system without sockets listens at another place. */
async function openEither(path: string): Promise<Socket> {
  const other = otherSocketPath(path);
  try {
    checkSocketFolder(path, { create: false });
    return await open(path);
  } catch (error) {
    const isAbsent = error instanceof RrError && error.code === "not-found";
    if (!isAbsent || other === undefined) throw error;
    checkSocketFolder(other, { create: false });
    // What is said below is about the place that was asked for.
    const socket = await open(other).catch(() => undefined);
    if (socket !== undefined) return socket;
    const holder = runningDaemon(databaseOf(path));
    if (holder === undefined) throw error;
    throw new RrError(
      "busy",
      `A daemon runs (process ${holder.pid}), but nobody answers at "${path}"`,
      {
        hint: "It is starting or makes its socket anew: try again in some seconds; " +
          "if it stays like that, start it anew: `rr service restart`, or what starts it here",
      },
    );
  }
}

async function converse(
  socket: Socket,
  path: string,
  request: ControlRequest,
  options: CallControlOptions,
): Promise<unknown> {
  const { idleTimeoutMs = IDLE_TIMEOUT_MS, onEvent } = options;
  if (idleTimeoutMs <= LONGEST_TIMER_MS) endIfSilent(socket, path, idleTimeoutMs);
  await writeLine(socket, formatRequest(request));
  for await (const line of readLines(socket, MAX_REPLY_BYTES)) {
    const reply = parseReply(line);
    if (reply.kind === "error") throw reply.error;
    if (reply.kind === "result") return reply.value;
    onEvent?.(reply.value);
  }
  throw new RrError("io", "The daemon hung up before it had answered", {
    hint: "It may just have been stopped: see `rr status`",
  });
}

/** A start that is broken off begins anew. */
const AT_WORK = "With a large history it may be at work, above all after its start: " +
  "try again in some seconds";

/** The daemon runs, as far as can be seen, and says nothing: it is stopped, or stuck. */
export class DaemonSilent extends RrError {
  /** Its process, if that is known. */
  readonly pid: number | undefined;

  constructor(path: string, ms: number) {
    const pid = runningDaemon(databaseOf(path))?.pid;
    const who = pid === undefined ? "The daemon" : `The daemon (process ${pid})`;
    const start = "start it anew: `rr service restart`, or what starts it here";
    super("busy", `${who} did not answer within ${ms / 1_000} s`, {
      hint: pid === undefined
        ? `${AT_WORK}. If it stays like that, ${start}`
        : `${AT_WORK}. ${goOn(pid)}; if neither helps, ${start}`,
    });
    this.pid = pid;
  }
}

/** What helps a process that somebody has stopped. */
export function goOn(pid: number): string {
  return `If it was stopped with ctrl-z or a signal, \`kill -CONT ${pid}\` lets it go on`;
}

function endIfSilent(socket: Socket, path: string, ms: number): void {
  let suspected: number | undefined;
  socket.setTimeout(ms);
  socket.on("timeout", () => {
    if (suspected === socket.bytesRead) {
      socket.destroy(new DaemonSilent(path, ms));
      return;
    }
    suspected = suspected === undefined ? socket.bytesRead : undefined;
    socket.setTimeout(suspected === undefined ? ms : LAST_LOOK_MS);
  });
}

function open(path: string): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect(path);
  socket.once("connect", () => {
    socket.off("error", fail);
    socket.on("error", () => {}); // told by whoever reads or writes
    resolve(socket);
  });
  socket.once("error", fail);
  return promise;

  function fail(cause: Error & { code?: string }): void {
    const { code } = cause;
    const isAbsent = code === "ENOENT" || code === "ECONNREFUSED" || code === "ENOTSOCK";
    reject(
      isAbsent
        ? new RrError("not-found", `No daemon runs here: nobody listens at "${path}"`, {
          cause,
          hint: "Start it with `rr service start`, or by hand with `rr p2p-sync --watch`",
        })
        : new RrError("io", `Cannot reach the daemon at "${path}": ${cause.message}`, { cause }),
    );
  }
}
