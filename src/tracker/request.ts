/**
 * `fetch` for talking to a tracker, on `node:http`, the same on Deno and on Node. What it does better:
 *
 * - each request has a connection of its own: a pool hands out a dead one again and again after the
 *   network has changed, over HTTP/2 for a quarter of an hour;
 * - all addresses of a name are tried, a quarter of a second apart;
 * - any port may be used, where `fetch` refuses some (10080, 6000, 5060).
 *
 * Proxies of the environment are not used. A redirect is handed back as it is.
 */
import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { Readable } from "node:stream";

/** Time for one address of a name before the next is tried as well. */
const NEXT_ADDRESS_MS = 250;

/** What is used of `RequestInit`. */
export interface DirectInit {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal;
}

/** Sends a request; resolves when the head of the answer is there. */
export type SendRequest = (url: string, init: DirectInit) => Promise<Response>;

/** `fetch` for one request on a connection of its own. Rejects with what the system says, or `signal.reason`. */
export function sendDirectly(url: string, init: DirectInit): Promise<Response> {
  const { method, body, signal } = init;
  if (signal.aborted) return Promise.reject(signal.reason);
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const length = bytes === undefined ? {} : { "content-length": String(bytes.length) };
  const options = {
    method,
    headers: { ...init.headers, ...length },
    agent: false,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
  };
  const target = new URL(url);
  const send = target.protocol === "https:" ? requestHttps : requestHttp;
  const request: ClientRequest = send(target, options, (incoming) => resolve(toResponse(incoming)));
  const stop = (): void => {
    reject(signal.reason);
    request.destroy();
  };
  signal.addEventListener("abort", stop, { once: true });
  request.once("close", () => signal.removeEventListener("abort", stop));
  request.on("error", (error) => reject(signal.aborted ? signal.reason : error));
  request.end(bytes);
  return promise;
}

/** Statuses that have no body. */
const EMPTY: ReadonlySet<number> = new Set([101, 204, 205, 304]);

function toResponse(incoming: IncomingMessage): Response {
  const { statusCode: status = 502, rawHeaders } = incoming;
  const headers = new Headers();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    headers.append(rawHeaders[i]!, rawHeaders[i + 1]!);
  }
  if (EMPTY.has(status)) {
    incoming.resume();
    return new Response(null, { status, headers });
  }
  return new Response(Readable.toWeb(incoming) as ReadableStream<Uint8Array>, { status, headers });
}
