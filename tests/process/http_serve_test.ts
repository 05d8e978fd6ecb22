import assert from "node:assert/strict";
import { serveHttp, type ServeHttpLimits } from "../../src/process/http_serve.ts";
import { serveMetrics } from "../../src/process/metrics_endpoint.ts";
import type { FetchHandler, HttpServer } from "../../src/base/http.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { causeChain, RrError } from "../../src/base/rr_error.ts";
import { RecordingLogger } from "../fakes/recording_logger.ts";

const BIND = { host: "127.0.0.1", port: 0 };
const echo: FetchHandler = async (request) => new Response(await request.text());

function serve(
  handler: FetchHandler,
  limits?: ServeHttpLimits,
  signal?: AbortSignal,
): Promise<HttpServer> {
  return serveHttp(BIND, handler, signal, limits);
}

/** Sends text as it is and reads until the server hangs up. */
async function exchange({ address }: HttpServer, text: string): Promise<string> {
  const conn = await Deno.connect({ hostname: address.host, port: address.port });
  await conn.write(new TextEncoder().encode(text));
  return await new Response(conn.readable).text();
}

function urlOf({ address }: HttpServer): string {
  return `http://${address.host}:${address.port}`;
}

Deno.test("serveHttp() hands requests to the handler and its answers back", async () => {
  await using server = await serve(echo);
  const response = await fetch(urlOf(server), { method: "POST", body: "hello" });
  assert.equal(await response.text(), "hello");
  assert.notEqual(server.address.port, 0);
});

Deno.test("serveHttp() keeps a connection for the next request", async () => {
  await using server = await serve(echo);
  const { host: hostname, port } = server.address;
  using conn = await Deno.connect({ hostname, port });
  const text = new TextDecoderStream();
  const reader = text.readable.getReader();
  const piped = conn.readable.pipeTo(text.writable).catch(() => {});
  for (const body of ["one", "two"]) {
    const head = `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n`;
    await conn.write(new TextEncoder().encode(head + body));
    let said = "";
    while (!said.endsWith(`\r\n\r\n${body}`)) {
      said += (await reader.read()).value ?? assert.fail(said);
    }
    assert.match(said, /\r\nConnection: keep-alive\r\n/i);
  }
  await reader.cancel();
  await piped;
});

Deno.test("serveHttp() cuts off a client that never finishes its headers", async () => {
  await using server = await serve(echo, { headersTimeoutMs: 50 });
  assert.match(await exchange(server, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow:"), /^HTTP\/1.1 408 /);
});

Deno.test("serveHttp() cuts off a client that never finishes its body", async () => {
  await using server = await serve(
    () => new Promise(() => {}),
    { headersTimeoutMs: 50, requestTimeoutMs: 50 },
  );
  const said = await exchange(server, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc");
  assert.match(said, /^HTTP\/1.1 408 /);
});

Deno.test("serveHttp() lets a client read its answer before it has sent all", async () => {
  await using server = await serve(
    () => new Response("too large", { status: 413 }),
    { headersTimeoutMs: 50, requestTimeoutMs: 200 },
  );
  const head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n";
  const said = await exchange(server, head + "x".repeat(100_000));
  assert.match(said, /^HTTP\/1.1 413 [^]*too large/);
});

Deno.test("serveHttp() answers what it cannot hand on, and survives a handler that fails", async () => {
  await using server = await serve(() => {
    throw new Error("secret");
  });
  const end = "Host: x\r\nConnection: close\r\n\r\n";
  assert.match(await exchange(server, `OPTIONS * HTTP/1.1\r\n${end}`), /^HTTP\/1.1 400 /);
  assert.match(await exchange(server, `TRACE / HTTP/1.1\r\n${end}`), /^HTTP\/1.1 400 /);
  assert.match(await exchange(server, "noise\r\n\r\n"), /^HTTP\/1.1 400 /);
  const failed = await exchange(server, `GET / HTTP/1.1\r\n${end}`);
  assert.match(failed, /^HTTP\/1.1 500 [^]*error: internal\n/);
  assert.ok(!failed.includes("secret"));
});

Deno.test("serveHttp() takes no more connections than it may", async () => {
  await using server = await serve(echo, { maxConnections: 1 });
  const { host: hostname, port } = server.address;
  using first = await Deno.connect({ hostname, port });
  await first.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  await first.read(new Uint8Array(16)); // it is counted now
  assert.equal(await exchange(server, "").catch(() => ""), "");
});

Deno.test("serveHttp() stops at once, whatever is under way", async () => {
  const stop = new AbortController();
  const begun = Promise.withResolvers<void>();
  const server = await serve(
    () => {
      begun.resolve();
      return new Promise(() => {});
    },
    {},
    stop.signal,
  );
  const request = assert.rejects(fetch(urlOf(server)));
  await begun.promise;
  stop.abort();
  await server.finished;
  await request;
  const { host: hostname, port } = server.address;
  await assert.rejects(Deno.connect({ hostname, port }), Deno.errors.ConnectionRefused);
  await server[Symbol.asyncDispose]();
});

Deno.test("serveHttp() does not begin when it is too late", async () => {
  await assert.rejects(serve(echo, {}, AbortSignal.abort(new Error("bye"))), /bye/);
});

Deno.test("serveHttp() says which address it cannot have, and what to do", async () => {
  await using server = await serve(echo);
  await assert.rejects(serveHttp(server.address, echo), (error) => {
    assert.ok(error instanceof RrError && error.code === "io");
    // Once: what the system says of it names the address again.
    const address = `127.0.0.1:${server.address.port}`;
    const why = "another program has this port (EADDRINUSE)";
    assert.equal(causeChain(error), `Cannot listen on ${address}: ${why}`);
    assert.match(error.hint ?? "", /or choose another one/);
    return true;
  });
});

Deno.test("serveMetrics() serves the text format, and nothing else", async () => {
  const metrics = createMetrics();
  metrics.counter("rr_rounds_total", "Rounds.").add(3);
  const logger = new RecordingLogger();
  await using server = await serveMetrics("127.0.0.1:0", metrics, { serveHttp, logger });
  const [event] = logger.matching("Metrics are served");
  assert.equal(event?.fields.url, `${urlOf(server)}/metrics`);
  const response = await fetch(`${urlOf(server)}/metrics`);
  assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  assert.match(await response.text(), /^rr_rounds_total 3$/m);
  const post = await fetch(`${urlOf(server)}/metrics`, { method: "POST", body: "x" });
  assert.equal(post.status, 405);
  assert.equal(await post.text(), "method not allowed\n");
  const other = await fetch(urlOf(server));
  assert.equal(other.status, 404);
  assert.equal(await other.text(), "not found\n");
});

Deno.test("metrics at a loopback address are not read under the name of another machine", async () => {
  const deps = { serveHttp, logger: new RecordingLogger() };
  await using server = await serveMetrics("127.0.0.1:0", createMetrics(), deps);
  const statusFor = async (host: string): Promise<string | undefined> => {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.address.port });
    const head = `GET /metrics HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`;
    await connection.write(new TextEncoder().encode(head));
    const answer = await new Response(connection.readable).text();
    return /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1];
  };
  const { port } = server.address;
  for (const own of ["127.0.0.1", "localhost", "[::1]", "127.0.0.2"]) {
    assert.equal(await statusFor(`${own}:${port}`), "200", own);
  }
  for (const other of ["rebound.example", `localhost.example:${port}`, "10.0.0.1"]) {
    assert.equal(await statusFor(other), "421", other);
  }
});

Deno.test("a body that nobody wants to the end is thrown away, and the server goes on", async () => {
  const handler = async (request: Request): Promise<Response> => {
    await request.body?.cancel();
    return new Response("payload too large\n", { status: 413 });
  };
  await using server = await serveHttp({ host: "127.0.0.1", port: 0 }, handler);
  for (let i = 0; i < 2; i++) {
    const answer = await fetch(urlOf(server), { method: "POST", body: new Uint8Array(10 << 20) });
    assert.equal(answer.status, 413);
    assert.equal(await answer.text(), "payload too large\n");
  }
});
