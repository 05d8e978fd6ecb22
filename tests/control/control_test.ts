import assert from "node:assert/strict";
import { RrError } from "../../src/base/rr_error.ts";
import { silentLogger } from "../../src/base/log.ts";
import { systemClock } from "../../src/base/clock.ts";
import { callControl } from "../../src/control/client.ts";
import { formatRequest, MAX_REQUEST_BYTES } from "../../src/control/protocol.ts";
import { serveControl } from "../../src/control/server.ts";
import { controlSocketPath } from "../../src/control/socket_path.ts";
import { FakeWorld } from "../fakes/fake_world.ts";
import { start, startScript } from "../fakes/child_process.ts";
import { exchange, fails, open } from "./_control.ts";

const HOLDER = new URL("_control_holder.ts", import.meta.url);

Deno.test("serveControl() answers with what the handler gives, parameters and all", async () => {
  await using opened = await open({
    status: (params) => Promise.resolve({ params, peers: ["ü".repeat(100_000)] }),
  });
  const answer = await callControl(opened.path, { verb: "status", params: { a: [1, null, "\n"] } });
  assert.deepEqual(answer, { params: { a: [1, null, "\n"] }, peers: ["ü".repeat(100_000)] });
  assert.equal(await callControl(opened.path, { verb: "status" }) !== undefined, true);
});

Deno.test("serveControl() sends a generator's values as events, in order, then its result", async () => {
  await using opened = await open({
    async *sync(): AsyncGenerator<unknown, unknown> {
      yield { at: 1 };
      await Promise.resolve();
      yield null;
      return { pulled: 7 };
    },
  });
  const events: unknown[] = [];
  const onEvent = (event: unknown): void => void events.push(event);
  assert.deepEqual(await callControl(opened.path, { verb: "sync" }, { onEvent }), { pulled: 7 });
  assert.deepEqual(events, [{ at: 1 }, null]);
});

Deno.test("serveControl() hands errors over with code, message and hint", async () => {
  const error = new RrError("config", "Cannot read it", { hint: "Mend it" });
  await using opened = await open({
    reload: () => Promise.reject(error),
    ingest: () => {
      throw new TypeError("oops");
    },
  });
  const failed = await callControl(opened.path, { verb: "reload" }).catch((error) => error);
  assert.ok(failed instanceof RrError);
  assert.deepEqual([failed.code, failed.message, failed.hint], [
    "config",
    error.message,
    "Mend it",
  ]);
  await assert.rejects(callControl(opened.path, { verb: "ingest" }), fails("io", /oops/));
  await assert.rejects(
    callControl(opened.path, { verb: "stop" }),
    fails("not-found", /cannot stop/),
  );
});

Deno.test("serveControl() refuses what is no request, of another version, or too long", async () => {
  await using opened = await open({ status: () => Promise.resolve(1) });
  assert.match(await exchange(opened.path, "hello\n"), /"code":"invalid"/);
  assert.match(await exchange(opened.path, '{"rr":1,"verb":"rm -rf"}\n'), /Cannot do \\"rm -rf\\"/);
  assert.match(await exchange(opened.path, '{"rr":2,"verb":"status"}\n'), /version 1, the other 2/);
  assert.match(
    await exchange(opened.path, "x".repeat(MAX_REQUEST_BYTES + 1)),
    /more than 65536 bytes/,
  );
  assert.equal(await exchange(opened.path, "", true), "");
  const two = `${formatRequest({ verb: "status" })}${formatRequest({ verb: "status" })}`;
  assert.equal(await exchange(opened.path, two), '{"rr":1,"result":1}\n');
});

Deno.test("serveControl() answers a client that has closed its half", async () => {
  const later = Promise.withResolvers<number>();
  await using opened = await open({ status: () => later.promise });
  const answer = exchange(opened.path, formatRequest({ verb: "status" }), true);
  later.resolve(5);
  assert.equal(await answer, '{"rr":1,"result":5}\n');
});

Deno.test("serveControl() aborts the handler when the client leaves", async () => {
  const started = Promise.withResolvers<void>();
  const left = Promise.withResolvers<unknown>();
  await using opened = await open({
    sync: (_, signal) => {
      signal.addEventListener("abort", () => left.resolve(signal.reason));
      started.resolve();
      return new Promise(() => {});
    },
  });
  const controller = new AbortController();
  const { signal } = controller;
  const call = callControl(opened.path, { verb: "sync" }, { signal, idleTimeoutMs: Infinity });
  await started.promise;
  const reason = new Error("Ctrl-C");
  controller.abort(reason);
  await assert.rejects(call, reason);
  assert.match(String(await left.promise), /client has left/);
});

Deno.test("serveControl() ends a watch that nobody reads any more, and its generator", async () => {
  const ended = Promise.withResolvers<void>();
  await using opened = await open({
    async *watch(): AsyncGenerator<unknown, unknown> {
      try {
        for (let at = 0;; at++) yield { at, text: "x".repeat(10_000) };
      } finally {
        ended.resolve();
      }
    },
  });
  const onEvent = (event: unknown): void => {
    if ((event as { at: number }).at === 20) throw new Error("enough");
  };
  await assert.rejects(callControl(opened.path, { verb: "watch" }, { onEvent }), /enough/);
  await ended.promise;
});

Deno.test("serveControl() lets the answer to a stop out before it is gone", async () => {
  const opened = await open({
    stop: () => {
      opened.stop.abort(new Error("asked to"));
      return Promise.resolve("stopping");
    },
  });
  assert.equal(await callControl(opened.path, { verb: "stop" }), "stopping");
  await opened.finished;
  await assert.rejects(
    callControl(opened.path, { verb: "status" }),
    fails("not-found", /No daemon/),
  );
  assert.deepEqual([...Deno.readDirSync(opened.folder)].map(({ name }) => name), []);
  await opened[Symbol.asyncDispose]();
});

// As on a disk that has become read-only.
Deno.test("serveControl() ends where its file cannot be removed", async () => {
  await using opened = await open({});
  Deno.removeSync(opened.path);
  Deno.mkdirSync(opened.path);
  opened.stop.abort();
  await opened.finished;
  assert.ok(Deno.statSync(opened.path).isDirectory);
});

Deno.test("serveControl() tells waiting clients of a stop, and cuts off what does not end", async () => {
  const started = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await using opened = await open({
    sync: (_, signal) => {
      started[0]!.resolve();
      return new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    },
    ingest: () => {
      started[1]!.resolve();
      return new Promise(() => {});
    },
  });
  const told = assert.rejects(
    callControl(opened.path, { verb: "sync" }),
    fails("busy", /daemon is stopping/),
  );
  const cut = assert.rejects(callControl(opened.path, { verb: "ingest" }), fails("io", /./));
  await Promise.all(started.map(({ promise }) => promise));
  opened.stop.abort();
  await Promise.all([told, cut, opened.finished]);
});

Deno.test("serveControl() answers 1,000 calls, many at once", async () => {
  let calls = 0;
  await using opened = await open({ status: () => Promise.resolve(++calls) });
  for (let round = 0; round < 50; round++) {
    await Promise.all(
      Array.from({ length: 20 }, () => callControl(opened.path, { verb: "status" })),
    );
  }
  assert.equal(calls, 1_000);
});

Deno.test("serveControl() leaves a socket that answers, and everything that is no socket", async () => {
  await using opened = await open({ status: () => Promise.resolve("first") });
  const deps = { clock: systemClock(), logger: silentLogger() };
  await assert.rejects(
    serveControl(opened.path, {}, deps),
    fails("busy", /another daemon answers/),
  );
  assert.equal(await callControl(opened.path, { verb: "status" }), "first");
  const file = `${opened.folder}/notes`;
  Deno.writeTextFileSync(file, "mine");
  await assert.rejects(serveControl(file, {}, deps), fails("io", /something else/));
  assert.equal(Deno.readTextFileSync(file), "mine");
  const nowhere = `${opened.folder}/none/x.sock`;
  await assert.rejects(serveControl(nowhere, {}, deps), fails("io", /Cannot listen/));
});

Deno.test("serveControl() replaces the socket of a daemon that was killed", async () => {
  using world = new FakeWorld();
  const path = controlSocketPath(`${world.home}/history.db`);
  await using dead = startScript(HOLDER, [path]);
  assert.equal(await dead.line(), "listening");
  assert.equal(await callControl(path, { verb: "status" }), dead.pid);
  dead.kill("SIGKILL");
  await dead.status;
  assert.ok(Deno.lstatSync(path).isSocket);
  await assert.rejects(callControl(path, { verb: "status" }), fails("not-found", /No daemon/));
  const handlers = { status: () => Promise.resolve("new") };
  await using _server = await serveControl(path, handlers, {
    clock: systemClock(),
    logger: silentLogger(),
  });
  assert.equal(await callControl(path, { verb: "status" }), "new");
});

Deno.test("serveControl() keeps other users out, whatever the folder allows", async () => {
  await using opened = await open({ status: () => Promise.resolve(1) });
  assert.equal(Deno.lstatSync(opened.path).mode! & 0o777, 0o600);
  if (Deno.uid() !== 0) return; // only root can become somebody else
  Deno.chmodSync(opened.folder, 0o777);
  const script =
    'use IO::Socket::UNIX; $s = IO::Socket::UNIX->new(Peer => $ARGV[0]); print $s ? "in\\n" : "$!\\n"';
  const perl = ["-e", script, opened.path];
  await using other = start("setpriv", ["--reuid=65534", "--clear-groups", "perl", ...perl]);
  assert.equal(await other.line(), "Permission denied");
  await using own = start("perl", perl);
  assert.equal(await own.line(), "in");
});
