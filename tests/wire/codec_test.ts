import assert from "node:assert/strict";
import fc from "fast-check";
import type { DeviceId, Entry, EntryId } from "../../src/history/entry.ts";
import {
  decodePullReply,
  decodePullRequest,
  decodePushReply,
  decodePushRequest,
  encodePullReply,
  encodePullRequest,
  encodePushReply,
  encodePushRequest,
} from "../../src/wire/codec.ts";
import { WireError } from "../../src/wire/wire_error.ts";
import { makeEntry } from "../fakes/entries.ts";
import { ENTRY, hasCode, json } from "./_codec.ts";

const REPLY = { entries: [ENTRY], nextCursor: 17 };

Deno.test("plain bodies are the original's, byte for byte", async () => {
  const same = async (name: string, bytes: Uint8Array): Promise<void> =>
    assert.equal(new TextDecoder().decode(bytes), new TextDecoder().decode(await golden(name)));
  await same("pull_request.json", encodePullRequest({ cursor: 0, limit: 1000 }, false));
  await same("pull_reply.json", encodePullReply(REPLY, false));
  await same("pull_reply_empty.json", encodePullReply({ entries: [], nextCursor: null }, false));
  await same("push_request.json", encodePushRequest([ENTRY], false));
  await same("push_reply.json", encodePushReply({ ok: true, inserted: 2, ignored: 1 }, false));
  await same(
    "push_reply_refused.json",
    encodePushReply({ ok: false, inserted: null, ignored: null }, false),
  );
});

Deno.test("plain bodies of the original are read", async () => {
  assert.deepEqual(decodePullRequest(await golden("pull_request.json"), false), {
    cursor: 0,
    limit: 1000,
  });
  assert.deepEqual(decodePullReply(await golden("pull_reply.json"), false), {
    ...REPLY,
    rejected: [],
    firstId: ENTRY.id,
    lastId: ENTRY.id,
  });
  assert.deepEqual(decodePushRequest(await golden("push_request.json"), false), {
    entries: [ENTRY],
    rejected: [],
  });
});

// As the zstd program writes them: like the original (no content size, no checksum), with a
// checksum, with a content size.
for (const name of ["pull_reply.zst", "pull_reply_checksum.zst", "pull_reply_sized.zst"]) {
  Deno.test(`frames of other encoders are read: ${name}`, async () => {
    assert.deepEqual(decodePullReply(await golden(name), true).entries, [ENTRY]);
  });
}

Deno.test("compressed bodies are one zstd frame", () => {
  const bytes = encodePullReply(REPLY, true);
  assert.deepEqual([...bytes.subarray(0, 4)], [0x28, 0xb5, 0x2f, 0xfd]);
  assert.deepEqual(decodePullReply(bytes, true).entries, [ENTRY]);
});

const text = (maxLength: number): fc.Arbitrary<string> =>
  fc.oneof(fc.string({ maxLength }), fc.string({ unit: "binary", maxLength }))
    .map((value) => value.replaceAll("\0", ""));

const anyEntry: fc.Arbitrary<Entry> = fc.record({
  id: fc.uuid() as unknown as fc.Arbitrary<EntryId>,
  deviceId: text(40) as unknown as fc.Arbitrary<DeviceId>,
  userId: text(40),
  startedAtMs: fc.integer({ min: -377_705_116_800, max: 253_402_300_799 }).map((s) => s * 1000),
  command: text(2000),
  cwd: text(200),
  exitCode: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  durationMs: fc.maxSafeInteger(),
  shell: text(20),
  hostname: text(20),
  version: text(20),
}, { noNullPrototype: true });

for (const compressed of [false, true]) {
  Deno.test(`entries survive a round trip, compressed ${compressed}`, () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 20 }), fc.nat(), (entries, nextCursor) => {
        const pulled = decodePullReply(
          encodePullReply({ entries, nextCursor }, compressed),
          compressed,
        );
        assert.deepEqual(pulled.entries, entries);
        assert.deepEqual(pulled.rejected, []);
        assert.equal(pulled.nextCursor, nextCursor);
        const pushed = decodePushRequest(encodePushRequest(entries, compressed), compressed);
        assert.deepEqual(pushed, { entries, rejected: [] });
      }),
    );
  });

  Deno.test(`bytes of strangers are read or refused, never worse, compressed ${compressed}`, () => {
    const readers = [decodePullReply, decodePullRequest, decodePushReply, decodePushRequest];
    const junk = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.json().map((json) => new TextEncoder().encode(json)),
      fc.uint8Array({ maxLength: 60 }).map((tail) =>
        Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, ...tail])
      ),
    );
    fc.assert(fc.property(junk, fc.constantFrom(...readers), (bytes, read) => {
      try {
        read(bytes, compressed);
      } catch (error) {
        assert.ok(error instanceof WireError, `${error}`);
      }
    }));
  });
}

Deno.test("lone surrogates leave as U+FFFD, since the original refuses their escapes", () => {
  const entry = makeEntry({ command: "echo \ud800!", cwd: "\udfff" });
  const json = new TextDecoder().decode(encodePushRequest([entry], false));
  assert.ok(!/\\ud[89a-f]/i.test(json), json);
  const [read] = decodePushRequest(new TextEncoder().encode(json), false).entries;
  assert.equal(read?.command, "echo \ufffd!");
  assert.equal(read.cwd, "\ufffd");
});

Deno.test("decodePullReply() keeps the good entries and names the bad ones", () => {
  const good = JSON.parse(new TextDecoder().decode(encodePullReply(REPLY, false))).entries[0];
  const bad = [
    { ...good, entry_id: "bad-1", ts: [2023, 318] },
    { ...good, entry_id: "bad-2", exit_code: 2 ** 31 },
    { ...good, entry_id: "bad-3", exit_code: "0" },
    { ...good, entry_id: "bad-4", duration_ms: 1.5 },
    { ...good, entry_id: "bad-5", cmd: null },
    { ...good, entry_id: "bad-6", ts: [9999, 365, 23, 59, 59, 0, -1, 0, 0] },
    { ...good, entry_id: "bad-7", hostname: undefined },
    { ...good, entry_id: "bad\n8\u202e" },
    { ...good, entry_id: "" },
    { ...good, entry_id: 9 },
    null,
    "text",
    [],
  ];
  const reply = decodePullReply(
    json({ entries: [bad[0], good, ...bad.slice(1)], next_cursor: 99 }),
    false,
  );
  assert.deepEqual(reply.entries, [ENTRY]);
  assert.deepEqual(
    reply.rejected!.map((one) => one.id),
    [
      "bad-1",
      "bad-2",
      "bad-3",
      "bad-4",
      "bad-5",
      "bad-6",
      "bad-7",
      "bad?8?",
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ],
  );
  assert.match(reply.rejected![1]!.reason, /exitCode/);
  assert.ok(!reply.rejected!.some((one) => one.reason.includes("git status")));
  assert.equal(reply.nextCursor, 99);
  assert.equal(reply.firstId, "bad-1");
  assert.equal(reply.lastId, undefined);
});

Deno.test("decodePullReply() refuses -0 where the original does", () => {
  const line = new TextDecoder().decode(encodePullReply(REPLY, false));
  for (const field of ["exit_code", "duration_ms"]) {
    const bytes = new TextEncoder().encode(
      line.replace(new RegExp(`"${field}":\\d+`), `"${field}":-0`),
    );
    assert.deepEqual(decodePullReply(bytes, false).entries, []);
  }
});

Deno.test("unknown fields are ignored, a missing optional one is null", () => {
  const reply = decodePullReply(json({ entries: [], future: { x: [1.5] } }), false);
  assert.deepEqual(reply, { entries: [], rejected: [], nextCursor: null });
  assert.deepEqual(decodePushReply(json({ ok: true, x: 2.5 }), false), {
    ok: true,
    inserted: null,
    ignored: null,
  });
});

Deno.test("decodePullRequest() takes the original's whole range and clamps it", () => {
  const read = (text: string): unknown => decodePullRequest(new TextEncoder().encode(text), false);
  const most = Number.MAX_SAFE_INTEGER;
  assert.deepEqual(read(`{"cursor":-5,"limit":18446744073709551615}`), { cursor: -5, limit: most });
  assert.deepEqual(read(`{"cursor":-9223372036854775808,"limit":0}`), { cursor: -most, limit: 0 });
  assert.deepEqual(read(` {"limit":1,"cursor":9223372036854775807}\n`), { cursor: most, limit: 1 });
});

Deno.test("small messages refuse numbers that are no integers, as the original does", () => {
  for (
    const bad of [
      `{"cursor":20.0,"limit":1}`,
      `{"cursor":2e1,"limit":1}`,
      `{"cursor":-0,"limit":1}`,
      `{"cursor":0,"limit":-1}`,
      `{"cursor":0,"limit":36893488147419103232}`,
      `{"cursor":"0","limit":1}`,
      `{"cursor":null,"limit":1}`,
      `{"cursor":0}`,
      `{"limit":1}`,
      `[0,1]`,
      `null`,
      `0`,
      ``,
      ` `,
      `{"cursor":0,"limit":1}x`,
      `\ufeff{"cursor":0,"limit":1}`,
      `{"cursor":0,"limit":1`,
    ]
  ) {
    assert.throws(
      () => decodePullRequest(new TextEncoder().encode(bad), false),
      hasCode("invalid"),
      bad,
    );
  }
  for (const bad of [`{"ok":1}`, `{"ok":true,"inserted":1.0}`, `{"ok":true,"ignored":-1}`, `{}`]) {
    assert.throws(
      () => decodePushReply(new TextEncoder().encode(bad), false),
      hasCode("invalid"),
      bad,
    );
  }
});

Deno.test("a message that is no answer at all is invalid", () => {
  for (const bad of [{}, { entries: {} }, { entries: null }, { entries: [], next_cursor: "1" }]) {
    assert.throws(() => decodePullReply(json(bad), false), hasCode("invalid"));
  }
  assert.throws(
    () => decodePullReply(json({ entries: [], next_cursor: 1.5 }), false),
    hasCode("invalid"),
  );
  assert.throws(
    () => decodePullReply(json({ entries: [], next_cursor: 2 ** 53 }), false),
    hasCode("invalid"),
  );
  const latin1 = Uint8Array.from([0x7b, 0x22, 0xe4, 0x22, 0x3a, 0x31, 0x7d]);
  assert.throws(() => decodePullReply(latin1, false), hasCode("invalid", /UTF-8/));
});

Deno.test("an error never quotes the message: it may hold a command", () => {
  const bytes = new TextEncoder().encode(`{"entries":[{"cmd":"mysql -pSECRET"`);
  assert.throws(() => decodePushRequest(bytes, false), (error) => {
    assert.ok(error instanceof WireError);
    assert.ok(!`${error} ${error.cause}`.includes("SECRET"));
    return true;
  });
});

function golden(name: string): Promise<Uint8Array> {
  return Deno.readFile(new URL(`../golden/wire/${name}`, import.meta.url));
}
