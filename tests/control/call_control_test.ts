/** The client of the control socket, where it looks for it, and the lines that both speak. */
import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import fc from "fast-check";
import { RrError } from "../../src/base/rr_error.ts";
import { silentLogger } from "../../src/base/log.ts";
import { systemClock } from "../../src/base/clock.ts";
import { callControl } from "../../src/control/client.ts";
import {
  formatReply,
  formatRequest,
  parseReply,
  parseRequest,
} from "../../src/control/protocol.ts";
import { serveControl } from "../../src/control/server.ts";
import { controlSocketPath } from "../../src/control/socket_path.ts";
import { lockDaemon } from "../../src/process/lock.ts";
import { FakeWorld } from "../fakes/fake_world.ts";
import { fails } from "./_control.ts";

Deno.test("controlSocketPath() is beside the database, or in /tmp where that is too long", async () => {
  using world = new FakeWorld();
  assert.equal(controlSocketPath(`${world.home}/history.db`), `${world.home}/history.db.sock`);
  const deep = `${world.home}/${"d".repeat(60)}/${"e".repeat(60)}`;
  Deno.mkdirSync(deep, { recursive: true });
  const path = controlSocketPath(`${deep}/history.db`);
  assert.match(path, new RegExp(`^/tmp/rustory-${Deno.uid()}/[0-9a-f]{16}\\.sock$`));
  assert.notEqual(path, controlSocketPath(`${deep}/other.db`));
  const handlers = { status: () => Promise.resolve("here") };
  await using _server = await serveControl(path, handlers, {
    clock: systemClock(),
    logger: silentLogger(),
  });
  assert.equal(await callControl(path, { verb: "status" }), "here");
  const folder = path.slice(0, path.lastIndexOf("/"));
  assert.equal(Deno.lstatSync(folder).mode! & 0o777, 0o700);
});

Deno.test("controlSocketPath() leaves room for the folder in which the socket is made", () => {
  using world = new FakeWorld();
  // One character more than fits once `/.rr-xxxxxx/s` stands in place of `/h.db.sock`.
  const deep = `${world.home}/${"d".repeat(103 - "/.rr-xxxxxx/s".length - world.home.length)}`;
  Deno.mkdirSync(deep);
  assert.ok(`${deep}/h.db.sock`.length < 103);
  assert.match(controlSocketPath(`${deep}/h.db`), /^\/tmp\/rustory-/);
});

Deno.test("callControl() asks nothing any more once it was called off, not even while it connects", async () => {
  using world = new FakeWorld();
  const path = controlSocketPath(`${world.home}/history.db`);
  let asked = 0;
  const handlers = { stop: () => Promise.resolve(++asked) };
  await using _server = await serveControl(path, handlers, {
    clock: systemClock(),
    logger: silentLogger(),
  });
  const stop = new AbortController();
  const call = callControl(path, { verb: "stop" }, { signal: stop.signal });
  stop.abort(new Error("never mind"));
  await assert.rejects(call, /never mind/);
  // The server takes connections in their order: what the first one asked has been done by now.
  assert.equal(await callControl(path, { verb: "stop" }), 1);
});

Deno.test("callControl() tells a daemon that does not listen from none", async () => {
  using world = new FakeWorld();
  const dbPath = `${world.home}/history.db`;
  const path = controlSocketPath(dbPath);
  await assert.rejects(callControl(path, { verb: "status" }), fails("not-found", /No daemon runs/));
  using _lock = lockDaemon(dbPath, world);
  await assert.rejects(
    callControl(path, { verb: "status" }),
    fails("busy", /A daemon runs \(process \d+\), but nobody answers/),
  );
});

Deno.test("callControl() trusts no folder in /tmp that others can use", async () => {
  const folder = `/tmp/rustory-${(Deno.uid() ?? 0) + 4_242_000}`;
  Deno.mkdirSync(folder, { mode: 0o700 });
  try {
    await assert.rejects(
      callControl(`${folder}/x.sock`, { verb: "status" }),
      fails("io", /Cannot trust/),
    );
    const serving = serveControl(`${folder}/x.sock`, {}, {
      clock: systemClock(),
      logger: silentLogger(),
    });
    await assert.rejects(serving, fails("io", /Cannot trust/));
  } finally {
    Deno.removeSync(folder);
  }
});

Deno.test("callControl() does not wait for ever, nor believe everything", async () => {
  using world = new FakeWorld();
  const path = `${world.home}/s`;
  const sockets = new Set<Socket>();
  let answer: string | undefined;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    if (answer !== undefined) socket.end(answer);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const call = (): Promise<unknown> => callControl(path, { verb: "status" }, { idleTimeoutMs: 20 });
  await assert.rejects(call(), fails("busy", /did not answer within 0.02 s/));
  await assert.rejects(call(), { hint: /^With a large history it may be at work.*: try again/ });
  const signal = AbortSignal.abort(new Error("bye"));
  await assert.rejects(callControl(path, { verb: "status" }, { signal }), /bye/);
  for (
    const [said, pattern] of [
      ["", /hung up/],
      ["\n", /Cannot read the daemon's answer/],
      ['{"rr":1}\n', /says nothing/],
      ['{"rr":9,"result":1}\n', /version 1, the other 9/],
      ['{"rr":1,"result":1}', /hung up/],
    ] as const
  ) {
    answer = said;
    await assert.rejects(
      call(),
      (error) => error instanceof RrError && pattern.test(error.message),
    );
  }
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

Deno.test("control lines survive the way there and back", () => {
  fc.assert(fc.property(fc.jsonValue(), fc.string(), (value, text) => {
    const json = JSON.parse(JSON.stringify(value));
    const request = { verb: "sync", params: value } as const;
    assert.deepEqual(parseRequest(formatRequest(request).trimEnd()).params, json);
    for (const kind of ["event", "result"] as const) {
      const line = formatReply({ kind, value });
      assert.equal(line.indexOf("\n"), line.length - 1);
      assert.deepEqual(parseReply(line), { kind, value: json });
    }
    const error = new RrError("key", text, { hint: text });
    const reply = parseReply(formatReply({ kind: "error", error }));
    assert.ok(reply.kind === "error");
    assert.deepEqual({ ...reply.error, message: reply.error.message }, { ...error, message: text });
  }));
});

Deno.test("an answer without a value is null, and an error of a kind nobody knows is io", () => {
  const line = formatReply({ kind: "result", value: undefined });
  assert.deepEqual(parseReply(line), { kind: "result", value: null });
  for (const code of ["odd", "toString", "__proto__"]) {
    const reply = parseReply(JSON.stringify({ rr: 1, error: { code, message: "No" } }));
    assert.ok(reply.kind === "error");
    assert.deepEqual([reply.error.code, reply.error.message], ["io", "No"]);
  }
});

Deno.test("control lines that are noise are refused, never worse", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
    for (const parse of [parseRequest, parseReply]) {
      assert.throws(() => parse(line), (error) => error instanceof RrError);
    }
  }));
});
