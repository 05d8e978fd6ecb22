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
import { lookup } from "node:dns";
import {
  Agent as HttpAgent,
  type ClientRequest,
  type IncomingMessage,
  request as requestHttp,
} from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { Readable } from "node:stream";
import { certificateCode, CertificateError, readCertificateDates } from "./certificate.ts";

/** Time for one address of a name before the next is tried as well. */
const NEXT_ADDRESS_MS = 250;

const HTTPS_PORT = 443;

/** What a request is waiting for. */
export type RequestStep = "look-up" | "connect" | "answer";

/** What is used of `RequestInit`. */
export interface DirectInit {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal;
  /** Told of each step that is reached behind the first, the look-up. @default {nobody is} */
  readonly onStep?: (step: RequestStep) => void;
}

/** Sends a request; resolves when the head of the answer is there. */
export type SendRequest = (url: string, init: DirectInit) => Promise<Response>;

/**
 * `fetch` for one request on a connection of its own. Rejects with what the system says, with a
 * {@linkcode CertificateError}, or with `signal.reason`.
 */
export function sendDirectly(url: string, init: DirectInit): Promise<Response> {
  const { method, body, signal, onStep = () => {} } = init;
  if (signal.aborted) return Promise.reject(signal.reason);
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const length = bytes === undefined ? {} : { "content-length": String(bytes.length) };
  const target = new URL(url);
  const options = {
    method,
    headers: { ...init.headers, ...length },
    agent: agentFor(target),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
    lookup: lookupTelling(onStep),
  };
  const host = target.hostname.replace(/^\[|\]$/g, "");
  // An address is not looked up at all.
  if (isIP(host) !== 0) onStep("connect");
  const send = target.protocol === "https:" ? requestHttps : requestHttp;
  const request: ClientRequest = send(target, options, (incoming) => resolve(toResponse(incoming)));
  const stop = (): void => {
    reject(signal.reason);
    request.destroy();
  };
  signal.addEventListener("abort", stop, { once: true });
  request.once("close", () => signal.removeEventListener("abort", stop));
  request.on("error", (error) => {
    if (signal.aborted) return reject(signal.reason);
    const code = certificateCode(error);
    if (code === undefined) return reject(error);
    readCertificateDates(host, portOf(target), signal)
      .then((dates) => reject(new CertificateError(error, code, dates)));
  });
  request.once("socket", (socket) => socket.once("connect", () => onStep("answer")));
  request.end(bytes);
  return promise;
}

/**
 * A new one for each request, so that no connection is kept. Its own is an environment without a proxy:
 * with `NODE_USE_ENV_PROXY` Deno takes that of the process for `agent: false`, Node does not.
 */
function agentFor({ protocol }: URL): HttpAgent {
  const options = { keepAlive: false, proxyEnv: {} };
  return protocol === "https:" ? new HttpsAgent(options) : new HttpAgent(options);
}

function portOf({ port }: URL): number {
  return port === "" ? HTTPS_PORT : Number(port);
}

/** Looks names up as ever, and tells when that is done: Deno's sockets have no event for it. */
function lookupTelling(onStep: (step: RequestStep) => void): LookupFunction {
  return (host, options, done) =>
    lookup(host, options, (error, address, family) => {
      if (error === null) onStep("connect");
      done(error, address, family);
    });
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
