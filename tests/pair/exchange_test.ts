import assert from "node:assert/strict";
import fc from "fast-check";
import { systemRandom } from "../../src/base/random.ts";
import {
  decodeCard,
  encodeCard,
  MAX_CARD_BYTES,
  MAX_MESSAGE_BYTES,
  type PairCard,
} from "../../src/pair/card.ts";
import { parseCode } from "../../src/pair/code.ts";
import { TAG_BYTES } from "../../src/pair/cpace.ts";
import {
  type GuestConfirmed,
  type HostConfirmed,
  startGuest,
  startHost,
  type Taken,
} from "../../src/pair/exchange.ts";

const random = systemRandom();
const CODE = parseCode("7-guitar-planet");
const KEY = random.bytes(32);

const HOST: PairCard = {
  version: "0.2.0",
  deviceId: "laptop",
  userId: "kim",
  peer: "12D3KooWLaptop",
  addrs: ["/ip4/192.0.2.7/tcp/8845"],
  trackers: ["https://tracker.example"],
  trackerToken: "token of the tracker",
  relays: [],
  swarmKey: KEY,
  outcome: undefined,
};
const GUEST: PairCard = {
  ...HOST,
  deviceId: "desktop",
  peer: "12D3KooWDesktop",
  trackers: [],
  trackerToken: undefined,
  swarmKey: undefined,
  outcome: "joined",
};

Deno.test("two sides with one code tell each other their cards", () => {
  const run = pair();
  assert.deepEqual(run.guest?.card, HOST);
  assert.deepEqual(run.host, GUEST);
  assert.ok(run.sent.every((message) => message.length <= MAX_MESSAGE_BYTES));
});

Deno.test("a hub asks the guest for the key", () => {
  const hub = startHost(CODE, random, "guest");
  assert.equal(value(startGuest(CODE, hub.hello, random)).gives, "guest");
  assert.equal(value(startGuest(CODE, startHost(CODE, random).hello, random)).gives, "host");
});

Deno.test("a wrong code burns the code on both sides, and nothing sealed was sent", () => {
  for (const typed of ["7-guitar-plate", "7-guitar-moon", "7-planet-guitar", "8-guitar-planet"]) {
    const host = startHost(CODE, random);
    const guest = value(startGuest(parseCode(typed), host.hello, random));
    const heard = host.answer(guest.answer);
    assert.ok(!heard.ok && heard.why === "wrong-code");
    assert.equal(heard.send?.length, 2);
    const told = guest.offer(heard.send!);
    assert.deepEqual(told, { ok: false, why: "burnt", send: undefined });
  }
});

Deno.test("a second guess is not looked at, even the right one", () => {
  const host = startHost(CODE, random);
  const wrong = value(startGuest(parseCode("7-guitar-moon"), host.hello, random));
  const right = value(startGuest(CODE, host.hello, random));
  assert.equal(host.answer(wrong.answer).ok, false);
  assert.equal(host.answer(right.answer).ok, false);
});

Deno.test("an attacker that plays the host learns nothing that tells the code", () => {
  const fake = startHost(parseCode("7-guitar-moon"), random);
  const guest = value(startGuest(CODE, fake.hello, random));
  assert.equal(fake.answer(guest.answer).ok, false);
  // Nor can it end the run with an offer of its own making.
  const other = startHost(CODE, random);
  const accomplice = value(startGuest(CODE, other.hello, random));
  const offer = value(other.answer(accomplice.answer)).offer(HOST);
  assert.equal(guest.offer(offer).ok, false);
});

Deno.test("a message changed in any one byte ends the run on the side that takes it", () => {
  const clean = pair().sent.map((message) => message.length);
  for (const [which, length] of clean.entries()) {
    // Every byte of the short ones; of the sealed ones the head, the end and a sample between.
    const step = length > 200 ? 7 : 1;
    for (let at = 0; at < length; at += at < 120 ? 1 : step) {
      const run = pair((message, index) => {
        if (index === which) message[at]! ^= 1 << (at % 8);
      });
      // The last message is for the host: it must not take the guest for joined.
      assert.equal(run.host, undefined, `message ${which}, byte ${at}`);
      if (which < 3) assert.equal(run.guest, undefined, `message ${which}, byte ${at}`);
      assert.ok(run.failures.length > 0);
    }
  }
});

Deno.test("a message cut short, made longer or replayed from another run is refused", () => {
  const before = pair().sent;
  for (let which = 0; which < 4; which++) {
    for (
      const change of [
        (message: Uint8Array) => message.subarray(0, -1),
        (message: Uint8Array) => Uint8Array.from([...message, 0]),
        () => new Uint8Array(),
        ...(which === 0 ? [] : [() => before[which]!]),
      ]
    ) {
      const run = pair(undefined, (message, index) => index === which ? change(message) : message);
      assert.equal(run.host, undefined);
    }
  }
});

Deno.test("decodeCard() gives back what encodeCard() took, whatever it is", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 40 }).filter((it) => !/\p{Cc}/u.test(it));
  const card: fc.Arbitrary<PairCard> = fc.record({
    version: text,
    deviceId: text,
    userId: text,
    peer: text,
    addrs: fc.array(text, { maxLength: 8 }),
    trackers: fc.array(text, { maxLength: 4 }),
    trackerToken: fc.option(text, { nil: undefined }),
    relays: fc.array(text, { maxLength: 4 }),
    swarmKey: fc.option(fc.uint8Array({ minLength: 32, maxLength: 32 }), { nil: undefined }),
    outcome: fc.constantFrom("joined" as const, "already" as const, "declined" as const, undefined),
  }, { noNullPrototype: true });
  fc.assert(fc.property(card, (it) => {
    const bytes = encodeCard(it);
    assert.ok(bytes.length <= MAX_CARD_BYTES);
    assert.deepEqual(decodeCard(bytes), it);
  }));
});

Deno.test("decodeCard() stands any bytes, and encodeCard() drops addresses that do not fit", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
    assert.equal(decodeCard(bytes), undefined);
  }));
  const addrs = Array.from({ length: 30 }, (_, i) => `/ip4/192.0.2.${i}/${"x".repeat(200)}`);
  const kept = decodeCard(encodeCard({ ...HOST, addrs }))!.addrs;
  assert.ok(kept.length > 5 && kept.length < 30);
  assert.deepEqual(kept, addrs.slice(0, kept.length));
  const trackers = Array.from({ length: 5 }, () => "t".repeat(1_000));
  assert.throws(() => encodeCard({ ...HOST, trackers }), /more than 3840 bytes/);
});

interface Run {
  readonly sent: readonly Uint8Array[];
  /** The guest's card as the host got it. */
  host: PairCard | undefined;
  guest: GuestConfirmed | undefined;
  readonly failures: string[];
}

/** A whole pairing with somebody on the way who may change or replace each message. */
function pair(
  change: (message: Uint8Array, index: number) => void = () => {},
  replace: (message: Uint8Array, index: number) => Uint8Array = (message) => message,
): Run {
  const sent: Uint8Array[] = [];
  const run: Run = { sent, host: undefined, guest: undefined, failures: [] };
  const carry = (message: Uint8Array): Uint8Array => {
    const copy = Uint8Array.from(message);
    change(copy, sent.length);
    const arrived = replace(copy, sent.length);
    sent.push(message);
    return arrived;
  };
  const host = startHost(CODE, random);
  const guest = take(startGuest(CODE, carry(host.hello), random), run);
  const confirmed: HostConfirmed | undefined = guest && take(host.answer(carry(guest.answer)), run);
  if (!confirmed) return run;
  run.guest = take(guest!.offer(carry(confirmed.offer(HOST))), run);
  if (run.guest) run.host = take(confirmed.reply(carry(run.guest.reply(GUEST))), run);
  return run;
}

function take<T>(taken: Taken<T>, run: Run): T | undefined {
  if (taken.ok) return taken.value;
  run.failures.push(taken.why);
  return undefined;
}

function value<T>(taken: Taken<T>): T {
  assert.ok(taken.ok);
  return taken.value;
}

Deno.test("a host that is sent its own card back takes it for no reply", () => {
  const host = startHost(CODE, random);
  const guest = startGuest(CODE, host.hello, random);
  assert.ok(guest.ok);
  const confirmed = host.answer(guest.value.answer);
  assert.ok(confirmed.ok);
  const sealed = confirmed.value.offer(HOST).subarray(2 + TAG_BYTES);
  const reply = confirmed.value.reply(Uint8Array.of(1, 1, ...sealed));
  assert.deepEqual([reply.ok, !reply.ok && reply.why], [false, "wrong-code"]);
});

Deno.test("the size of a card says little of it, and no control character comes in by one", () => {
  assert.equal(encodeCard(HOST).length % 640, 0);
  assert.equal(encodeCard({ ...HOST, deviceId: "k" }).length, encodeCard(HOST).length);
  assert.equal(decodeCard(encodeCard({ ...HOST, deviceId: "a\x1b[2J" })), undefined);
  assert.equal(decodeCard(encodeCard({ ...HOST, relays: ["a\nb"] })), undefined);
});
