/** Answers `node:http` requests by a fetch handler. For small answers: they are held in memory whole. */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { FetchHandler } from "../base/http.ts";

/** Paths and queries are all we look at; the host that a client names proves nothing. */
const BASE = "http://localhost";

/** A listener for `createServer`. Writes nothing to the log: what a handler throws is a 500. */
export function createNodeListener(handler: FetchHandler): RequestListener {
  return (incoming, outgoing) => {
    const body = answer(incoming, handler);
    body.then((response) => send(response, incoming, outgoing)).catch(() => outgoing.destroy());
  };
}

async function answer(incoming: IncomingMessage, handler: FetchHandler): Promise<Response> {
  let request: Request;
  try {
    request = toRequest(incoming);
  } catch {
    return new Response("bad request\n", { status: 400 });
  }
  try {
    return await handler(request);
  } catch {
    return new Response("error: internal\n", { status: 500 });
  }
}

/** @throws {TypeError} if the path or the method cannot stand in a request */
function toRequest(incoming: IncomingMessage): Request {
  const { method = "GET", url = "" } = incoming;
  if (!url.startsWith("/")) throw new TypeError("Not a path");
  const headers = new Headers();
  for (let i = 0; i + 1 < incoming.rawHeaders.length; i += 2) {
    headers.append(incoming.rawHeaders[i]!, incoming.rawHeaders[i + 1]!);
  }
  const hasBody = method !== "GET" && method !== "HEAD";
  const body = hasBody ? bodyOf(incoming) : null;
  return new Request(BASE + url, { method, headers, body, duplex: "half" } as RequestInit);
}

/**
 * The body as a stream that may be cancelled while the client still sends: what comes then is thrown away.
 * `Readable.toWeb()` hands it on to the stream that is over, which ends the process on Deno.
 */
function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  let isOver = false;
  return new ReadableStream<Uint8Array>({
    start(controller): void {
      const end = (finish: () => void): void => {
        if (isOver) return;
        isOver = true;
        finish();
      };
      incoming.on("data", (chunk: Uint8Array) => {
        if (isOver) return;
        controller.enqueue(Uint8Array.from(chunk));
        if ((controller.desiredSize ?? 0) <= 0) incoming.pause();
      });
      incoming.once("end", () => end(() => controller.close()));
      incoming.once("error", (error) => end(() => controller.error(error)));
      incoming.once("close", () => end(() => controller.error(new Error("The client has left"))));
    },
    pull(): void {
      incoming.resume();
    },
    cancel(): void {
      isOver = true;
      incoming.resume();
    },
  });
}

async function send(
  response: Response,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const body = new Uint8Array(await response.arrayBuffer());
  outgoing.statusCode = response.status;
  response.headers.forEach((value, name) => outgoing.setHeader(name, value));
  outgoing.setHeader("content-length", body.length);
  // A client that is told "too large" while it still sends reads the answer only if we let it finish,
  // which the server's time limit bounds.
  if (!incoming.complete) outgoing.setHeader("connection", "close");
  outgoing.end(body);
  incoming.resume();
}
