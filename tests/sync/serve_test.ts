import assert from "node:assert/strict";
import { RrError } from "../../src/base/rr_error.ts";
import type { PeerService } from "../../src/sync/ports.ts";
import {
  ANSWER_BYTES,
  createPeerService,
  MAX_ANSWER_ENTRIES,
  MAX_PUSHED_AT_ONCE,
} from "../../src/sync/serve.ts";
import { drive } from "../fakes/drive.ts";
import { makeEntries, makeEntry } from "../fakes/entries.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { MemoryHistory } from "../fakes/memory_history.ts";
import { RecordingLogger } from "../fakes/recording_logger.ts";

class Server {
  readonly log = new MemoryHistory();
  readonly clock = new FakeClock();
  readonly logger = new RecordingLogger();
  readonly pushed: number[] = [];
  readonly service: PeerService = createPeerService({
    log: this.log,
    clock: this.clock,
    logger: this.logger,
    onPushed: (inserted) => void this.pushed.push(inserted),
  });
}

Deno.test("pull() gives what comes after the cursor, and the number of the last", async () => {
  const { log, service } = new Server();
  const entries = makeEntries(5);
  log.append(entries);
  assert.deepEqual(await service.pull({ cursor: 0, limit: 2 }), {
    entries: entries.slice(0, 2),
    nextCursor: 2,
  });
  assert.deepEqual((await service.pull({ cursor: 3, limit: 100 })).entries, entries.slice(3));
  assert.deepEqual(await service.pull({ cursor: 5, limit: 2 }), { entries: [], nextCursor: null });
});

Deno.test("pull() takes a negative cursor for the beginning and limit 0 for nothing", async () => {
  const { log, service } = new Server();
  log.append(makeEntries(2));
  assert.equal((await service.pull({ cursor: -9, limit: 9 })).entries.length, 2);
  assert.deepEqual(await service.pull({ cursor: 0, limit: 0 }), { entries: [], nextCursor: null });
});

Deno.test("pull() bounds the answer by number and by bytes, whatever is asked for", async () => {
  const { log, service } = new Server();
  log.append(makeEntries(MAX_ANSWER_ENTRIES + 1));
  const many = await service.pull({ cursor: 0, limit: Number.MAX_SAFE_INTEGER });
  assert.equal(many.entries.length, MAX_ANSWER_ENTRIES);
  assert.equal(many.nextCursor, MAX_ANSWER_ENTRIES);
  const big = new Server();
  big.log.append(makeEntries(4, { command: "x".repeat(ANSWER_BYTES) }));
  const one = await big.service.pull({ cursor: 0, limit: 1000 });
  assert.deepEqual([one.entries.length, one.nextCursor], [1, 1]);
});

Deno.test("pull() waits for a busy database, and rejects if it stays so", async () => {
  const { log, clock, service } = new Server();
  log.append(makeEntries(1));
  const busy = new RrError("busy", "locked");
  log.failures.push(busy, busy);
  const pulled = await drive(clock, service.pull({ cursor: 0, limit: 1 }));
  assert.equal(pulled.entries.length, 1);
  log.failures.push(...new Array<Error>(200).fill(busy));
  await assert.rejects(drive(clock, service.pull({ cursor: 0, limit: 1 })), busy);
});

Deno.test("push() stores, counts what was there, and tells of what was new", async () => {
  const { log, service, pushed } = new Server();
  const entries = makeEntries(3);
  log.append(entries.slice(0, 1));
  assert.deepEqual(await service.push(entries, []), { ok: true, inserted: 2, ignored: 1 });
  assert.deepEqual(await service.push(entries, []), { ok: true, inserted: 0, ignored: 3 });
  assert.deepEqual(await service.push([], []), { ok: true, inserted: 0, ignored: 0 });
  assert.deepEqual(pushed, [2]);
});

Deno.test("push() counts rejected entries as ignored and names some of them", async () => {
  const { service, logger } = new Server();
  const rejected = Array.from({ length: 25 }, (_, i) => ({ id: `bad-${i}`, reason: "too long" }));
  assert.deepEqual(await service.push([makeEntry()], rejected), {
    ok: true,
    inserted: 1,
    ignored: 25,
  });
  assert.equal(logger.matching("Left out an entry").length, 10);
  assert.equal(logger.matching("Left out more")[0]?.fields.count, 15);
});

Deno.test("push() of very many entries is stored piece by piece", async () => {
  const { log, service } = new Server();
  const entries = makeEntries(MAX_PUSHED_AT_ONCE * 2 + 1);
  const sizes: number[] = [];
  const append = log.append.bind(log);
  log.append = (part) => {
    sizes.push(part.length);
    return append(part);
  };
  assert.equal((await service.push(entries, [])).inserted, entries.length);
  assert.deepEqual(sizes, [MAX_PUSHED_AT_ONCE, MAX_PUSHED_AT_ONCE, 1]);
});

Deno.test("push() that cannot be stored is refused and logged without its content", async () => {
  const { log, service, logger } = new Server();
  log.failures.push(new RrError("database", "disk is full"));
  const reply = await service.push([makeEntry({ command: "SECRET" })], []);
  assert.deepEqual(reply, { ok: false, inserted: null, ignored: null });
  assert.equal(log.entries.length, 0);
  assert.match(String(logger.matching("Could not store")[0]?.fields.error), /disk is full/);
  assert.ok(!JSON.stringify(logger.events).includes("SECRET"));
});

Deno.test("pull() and push() answer only when what they answer for would survive a loss of power", async () => {
  const log = new MemoryHistory();
  const settling: PromiseWithResolvers<void>[] = [];
  const settle = (): Promise<void> => {
    settling.push(Promise.withResolvers<void>());
    return settling.at(-1)!.promise;
  };
  const deps = { log, clock: new FakeClock(), logger: new RecordingLogger(), settle };
  const service = createPeerService(deps);
  log.append(makeEntries(4));

  let answered = false;
  const pulling = service.pull({ cursor: 0, limit: 3 }).finally(() => answered = true);
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual([settling.length, answered], [1, false]);
  settling[0]!.resolve();
  await pulling;

  await service.pull({ cursor: 0, limit: 3 });
  await service.pull({ cursor: 4, limit: 3 });
  assert.equal(settling.length, 1, "what is safe stays safe, and an empty answer says nothing");
  const failing = service.pull({ cursor: 3, limit: 3 });
  await new Promise((resolve) => setTimeout(resolve));
  settling[1]!.reject(new Error("the disk is gone"));
  await assert.rejects(failing, /the disk is gone/);

  const [fresh] = makeEntries(5).slice(4);
  const pushing = service.push([fresh!], []);
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(settling.length, 3);
  settling[2]!.resolve();
  assert.equal((await pushing).inserted, 1);
  await service.push([fresh!], []);
  assert.equal(settling.length, 3, "nothing new was stored");
});

Deno.test("push() does not let in again what was pruned here", async () => {
  const { log, service, pushed } = new Server();
  const [old, fresh] = makeEntries(2);
  log.prunedBeforeMs = fresh!.startedAtMs;
  const reply = await service.push([old!, fresh!], []);
  assert.deepEqual(reply, { ok: true, inserted: 1, ignored: 1 });
  assert.deepEqual(log.entries, [fresh]);
  assert.deepEqual(pushed, [1]);
});
