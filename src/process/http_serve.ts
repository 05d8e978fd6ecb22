/**
 * Serves a fetch handler over HTTP, by `node:http` on both runtimes: `Deno.serve` needs a third of
 * the memory but keeps a connection that never finishes its request for ever and takes any number of them.
 */
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { type BindAddress, type FetchHandler, formatBind, type HttpServer } from "../base/http.ts";
import { RrError } from "../base/rr_error.ts";
import { createNodeListener } from "./node_listener.ts";
import { reachableHost, serverDoor } from "../base/async/server_door.ts";

/** Time for a client to send all headers. */
const HEADERS_TIMEOUT_MS = 10_000;
/** Time for a client to send a whole request; handlers may be stricter about bodies. */
const REQUEST_TIMEOUT_MS = 20_000;
/** How long an unused connection is kept; clients renew records every 20 to 30 s, so it need not last. */
const KEEP_ALIVE_MS = 5_000;
/** Connections at once; further ones are closed at once. About 20 KB each. */
const MAX_CONNECTIONS = 1_024;

/** Limits that tests lower. */
export interface ServeHttpLimits {
  /** @default {HEADERS_TIMEOUT_MS} */
  readonly headersTimeoutMs?: number;
  /** @default {REQUEST_TIMEOUT_MS} */
  readonly requestTimeoutMs?: number;
  /** @default {MAX_CONNECTIONS} */
  readonly maxConnections?: number;
}

/** {@linkcode import("../base/http.ts").ServeHttp}, on Deno and on Node. */
export async function serveHttp(
  bind: BindAddress,
  handler: FetchHandler,
  signal?: AbortSignal,
  limits: ServeHttpLimits = {},
): Promise<HttpServer> {
  signal?.throwIfAborted();
  const server = createServer({
    headersTimeout: limits.headersTimeoutMs ?? HEADERS_TIMEOUT_MS,
    requestTimeout: limits.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: Math.min(1_000, limits.headersTimeoutMs ?? 1_000),
  }, createNodeListener(handler));
  server.maxConnections = limits.maxConnections ?? MAX_CONNECTIONS;
  await listen(server, bind);
  const closed = Promise.withResolvers<void>();
  const stop = (): void => {
    server.close(() => closed.resolve());
    server.closeAllConnections();
  };
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted) stop();
  const { address, port } = server.address() as AddressInfo;
  const own = { host: address, port };
  const door = serverDoor(
    server,
    `listener at ${formatBind(own)}`,
    () => connect({ host: reachableHost(address), port }),
    async () => {
      if (signal?.aborted) return;
      server.close();
      await listen(server, own);
    },
  );
  return {
    address: own,
    door,
    finished: closed.promise,
    [Symbol.asyncDispose](): Promise<void> {
      signal?.removeEventListener("abort", stop);
      stop();
      return closed.promise;
    },
  };
}

function listen(server: Server, bind: BindAddress): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fail = (cause: Error): void => reject(cannotListen(bind, cause));
  server.once("error", fail);
  server.listen({ host: bind.host, port: bind.port }, () => {
    server.off("error", fail);
    resolve();
  });
  return promise;
}

/** The error for an address that cannot be listened on; the system's text would name it once more. */
export function cannotListen(bind: BindAddress, cause: Error & { code?: string }): RrError {
  const { code = "" } = cause;
  const known = REASONS[code];
  if (known === undefined) {
    return new RrError("io", `Cannot listen on ${formatBind(bind)}`, { cause });
  }
  const [why, hint] = known;
  return new RrError("io", `Cannot listen on ${formatBind(bind)}: ${why} (${code})`, { hint });
}

const REASONS: Readonly<Record<string, readonly [string, string]>> = {
  EADDRINUSE: [
    "another program has this port",
    "Stop the program that holds the port, or choose another one",
  ],
  EADDRNOTAVAIL: [
    "this machine has no such address",
    "Choose an address of this machine, or 0.0.0.0 for all of them",
  ],
  EACCES: [
    "it is not allowed",
    "Choose a port above 1023, or run with the right to use low ports",
  ],
};
