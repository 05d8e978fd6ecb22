/** How a room offers an HTTP service without knowing on which runtime it is served. */

import type { Door } from "./async/door.ts";

/** Answers one request; must not reject. */
export type FetchHandler = (request: Request) => Response | Promise<Response>;

/** Where to listen. */
export interface BindAddress {
  /** An IP address or a name, without brackets. */
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
}

/** A server that listens until its signal is aborted or it is disposed. */
export interface HttpServer extends AsyncDisposable {
  /** Where it really listens. */
  readonly address: BindAddress;
  /** Resolves when the port is free again. */
  readonly finished: Promise<void>;
  /** To be watched by whoever serves for long. */
  readonly door: Door;
}

/**
 * Serves `handler` until `signal` is aborted. A stop closes the port at once and cuts off what is
 * still running: the requests are short and every client of ours tries again.
 *
 * @throws {RrError} `io` if the address cannot be bound
 */
export type ServeHttp = (
  bind: BindAddress,
  handler: FetchHandler,
  signal?: AbortSignal,
) => Promise<HttpServer>;

/**
 * Parses `host:port`, with an IPv6 address in brackets: `0.0.0.0:8850`, `[::1]:0`, `localhost:80`.
 *
 * @throws {RangeError} if it is anything else
 */
export function parseBind(text: string): BindAddress {
  const match = /^(?:\[([0-9A-Fa-f:.]+(?:%\w+)?)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text.trim());
  const port = Number(match?.[3]);
  if (!match || port > 65_535) {
    throw new RangeError(
      `Cannot listen on ${
        JSON.stringify(text)
      }: expected host:port, such as 127.0.0.1:8850 or [::1]:8850`,
    );
  }
  return { host: (match[1] ?? match[2])!, port };
}

/** `host:port` as text, with brackets around IPv6. */
export function formatBind(bind: BindAddress): string {
  return bind.host.includes(":") ? `[${bind.host}]:${bind.port}` : `${bind.host}:${bind.port}`;
}
