import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../../scripts/lab/patience.ts";
import fc from "fast-check";
import { systemClock } from "../../../src/base/clock.ts";
import { systemRandom } from "../../../src/base/random.ts";
import { createTracker } from "../../../src/tracker/server/handler.ts";
import { MailboxClient } from "../../../src/tracker/client/mailbox_client.ts";
import {
  MAILBOX_LIFE_MS,
  Mailboxes,
  MAX_SLOT_BYTES,
} from "../../../src/tracker/server/mailboxes.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";

const MESSAGE = Uint8Array.of(1, 2, 3);

Deno.test("a mailbox is its host's and the first answerer's", () => {
  const boxes = new Mailboxes(new FakeClock());
  assert.equal(boxes.post(7, "answer", "guest", MESSAGE), "missing");
  assert.equal(boxes.post(7, "hello", "host", MESSAGE), "stored");
  assert.equal(boxes.post(7, "hello", "host", MESSAGE), "stored");
  assert.equal(boxes.post(7, "hello", "host", Uint8Array.of(9)), "taken");
  assert.equal(boxes.post(7, "hello", "other", MESSAGE), "taken");
  assert.equal(boxes.post(7, "offer", "guest", MESSAGE), "taken");
  assert.equal(boxes.post(7, "answer", "guest", MESSAGE), "stored");
  assert.equal(boxes.post(7, "answer", "third machine", MESSAGE), "taken");
  assert.equal(boxes.post(7, "reply", "third machine", MESSAGE), "taken");
  assert.equal(boxes.close(7, "guest"), false);
  assert.deepEqual(boxes.read(7, "answer"), MESSAGE);
  assert.equal(boxes.read(7, "offer"), "empty");
  assert.equal(boxes.close(7, "host"), true);
  assert.equal(boxes.read(7, "answer"), "missing");
});

Deno.test("mailboxes end after 10 minutes, and there is a most of them", async () => {
  const clock = new FakeClock();
  const boxes = new Mailboxes(clock, 2);
  assert.equal(boxes.post(1, "hello", "a", MESSAGE), "stored");
  assert.equal(boxes.post(2, "hello", "b", MESSAGE), "stored");
  assert.equal(boxes.post(3, "hello", "c", MESSAGE), "full");
  await clock.advance(MAILBOX_LIFE_MS + 1);
  assert.equal(boxes.read(1, "hello"), "missing");
  assert.equal(boxes.post(3, "hello", "c", MESSAGE), "stored");
  assert.equal(boxes.size, 1);
});

Deno.test("whatever is written and read in whatever order, a filled slot never changes", () => {
  const step = fc.record({
    slot: fc.constantFrom("hello" as const, "answer" as const, "offer" as const, "reply" as const),
    key: fc.constantFrom("a", "b", "c"),
    byte: fc.nat(3),
  });
  fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
    const boxes = new Mailboxes(new FakeClock());
    const seen = new Map<string, Uint8Array>();
    for (const { slot, key, byte } of steps) {
      boxes.post(5, slot, key, Uint8Array.of(byte));
      for (const [name, bytes] of seen) assert.deepEqual(boxes.read(5, name as "hello"), bytes);
      const now = boxes.read(5, slot);
      if (now instanceof Uint8Array) seen.set(slot, now);
    }
  }));
});

Deno.test("two clients exchange messages through a tracker with a token; only opening needs it", async () => {
  const tracker = createTracker({ token: "secret" }, { clock: systemClock() });
  const deps = {
    clock: systemClock(),
    random: systemRandom(),
    fetch:
      ((url: string, init: RequestInit) =>
        Promise.resolve(tracker.fetch(new Request(url, init)))) as typeof fetch,
  };
  const at = { baseUrl: "http://tracker.test" };
  const host = new MailboxClient({ ...at, token: "secret" }, 7, deps);
  const guest = new MailboxClient(at, 7, deps);
  await assert.rejects(guest.post("hello", MESSAGE), /401/);
  assert.equal(await guest.look("hello"), "missing");
  assert.equal(await host.post("hello", MESSAGE), "stored");
  assert.deepEqual(await guest.look("hello"), MESSAGE);
  const answer = host.wait("answer", AbortSignal.timeout(PATIENCE_MS));
  assert.equal(await guest.post("answer", Uint8Array.of(4)), "stored");
  assert.deepEqual(await answer, Uint8Array.of(4));
  assert.equal(await new MailboxClient(at, 7, deps).post("answer", MESSAGE), "taken");
  await assert.rejects(host.post("offer", new Uint8Array(MAX_SLOT_BYTES + 1)), /413/);
  await host.close();
  assert.equal(await guest.wait("offer", AbortSignal.timeout(PATIENCE_MS)), "missing");
});
