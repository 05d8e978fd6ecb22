import assert from "node:assert/strict";
import fc from "fast-check";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { beginsHttp, sharePort } from "../../src/process/shared_port.ts";

const LOOPBACK = { host: "127.0.0.1", port: 0 };

Deno.test("beginsHttp() knows every request by its first bytes, however few come at once", () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  for (const method of ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]) {
    const line = `${method} /api/v1/peers HTTP/1.1`;
    assert.equal(beginsHttp(bytes(line)), true);
    for (let n = 0; n <= method.length; n++) {
      assert.equal(beginsHttp(bytes(line.slice(0, n))), undefined);
    }
  }
  fc.assert(fc.property(fc.uint8Array({ minLength: 24, maxLength: 24 }), (nonce) => {
    assert.equal(beginsHttp(nonce), false);
  }));
});

Deno.test("one port serves both, bytes unchanged in both directions, whatever the pieces", async () => {
  await using http = await echo("http:");
  await using other = await echo("other:");
  await using port = await sharePort(LOOPBACK, { http: () => http.at, other: () => other.at });
  const large = "x".repeat(300_000);
  assert.equal(await exchange(port.address.port, ["G", "E", "T /", large]), `http:GET /${large}`);
  assert.equal(await exchange(port.address.port, ["GE", "RM", large]), `other:GERM${large}`);
  assert.equal(await exchange(port.address.port, ["\xff\x00"]), "other:\xff\x00");
});

Deno.test("a target that is not there, or that hangs up, closes the connection; the port goes on", async () => {
  await using http = await echo("http:");
  await using gone = await echo("");
  const at = gone.at;
  await gone[Symbol.asyncDispose]();
  const targets: (typeof at)[] = [];
  await using port = await sharePort(LOOPBACK, { http: () => http.at, other: () => targets[0] });
  assert.equal(await exchange(port.address.port, ["abc"]), "");
  targets.push(at);
  assert.equal(await exchange(port.address.port, ["abc"]), "");
  assert.equal(await exchange(port.address.port, []), "");
  assert.equal(await exchange(port.address.port, ["GET /"]), "http:GET /");
});

Deno.test("a port that is taken is named", async () => {
  await using first = await sharePort(LOOPBACK, { http: () => undefined, other: () => undefined });
  const bind = { host: "127.0.0.1", port: first.address.port };
  await assert.rejects(
    sharePort(bind, { http: () => undefined, other: () => undefined }),
    new RegExp(`Cannot listen on 127\\.0\\.0\\.1:${bind.port}`),
  );
});

Deno.test("whoever says nothing is sent away, and who has begun may be silent for longer", async () => {
  await using http = await echo("http:");
  const targets = { http: () => http.at, other: () => undefined };
  await using port = await sharePort(LOOPBACK, targets, { firstBytesMs: 50, maxConnections: 8 });
  const talking = await opened(port.address.port);
  talking.write("GET /");
  const silent = await opened(port.address.port);
  await closed(silent); // after the time that would have ended the other one too
  talking.end("more");
  let got = "";
  for await (const chunk of talking) got += new TextDecoder().decode(chunk);
  assert.equal(got, "http:GET /more");
});

Deno.test("more connections than there may be are turned away, and closing ends those that are open", async () => {
  await using http = await echo("http:");
  const targets = { http: () => http.at, other: () => undefined };
  const limits = { firstBytesMs: 60_000, maxConnections: 1 };
  const port = await sharePort(LOOPBACK, targets, limits);
  const first = await opened(port.address.port);
  await closed(await opened(port.address.port));
  assert.equal(first.closed, false);
  const ended = closed(first);
  await port[Symbol.asyncDispose]();
  await ended;
});

/** A connection that was taken by the system. */
async function opened(port: number): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port });
  socket.on("error", () => {});
  await new Promise<void>((resolve) => socket.once("connect", () => resolve()));
  return socket;
}

/** Resolves once the other side has ended the connection. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()).resume());
}

/** A server that answers with a word and all it was sent, once the sender has ended. */
async function echo(
  word: string,
): Promise<AsyncDisposable & { at: { host: string; port: number } }> {
  const server: Server = createServer({ allowHalfOpen: true }, (socket: Socket) => {
    const got: Uint8Array[] = [];
    socket.on("data", (chunk) => got.push(chunk));
    socket.on("end", () => {
      socket.write(word);
      for (const chunk of got) socket.write(chunk);
      socket.end();
    });
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    at: { host: "127.0.0.1", port },
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** What comes back for the pieces, one letter a byte, until the other side ends. */
async function exchange(port: number, pieces: readonly string[]): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
  let got = "";
  const closed = new Promise<void>((resolve) => {
    socket.on("data", (chunk: Uint8Array) => {
      for (const byte of chunk) got += String.fromCharCode(byte);
    });
    socket.on("end", resolve);
    socket.on("close", () => resolve());
    socket.on("error", () => resolve());
  });
  socket.setNoDelay(true);
  for (const piece of pieces) {
    await new Promise((resolve) =>
      socket.write(Uint8Array.from(piece, (c) => c.charCodeAt(0)), resolve)
    );
  }
  socket.end();
  await closed;
  socket.destroy();
  return got;
}
