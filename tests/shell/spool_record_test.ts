import assert from "node:assert/strict";
import fc from "fast-check";
import { parseSpool, type SpoolRecord } from "../../src/shell/spool_record.ts";
import { spoolBytes } from "../spool/_spool_bytes.ts";

const field = fc.string({ unit: "binary" }).map((s) => s.toWellFormed().replaceAll("\0", ""));
const hostile = fc.constantFrom("\x1err1", "/\x1err1", "\n", "\x1e", "rr1", "a\x1err1", "");
const record: fc.Arbitrary<SpoolRecord> = fc.record({
  key: fc.oneof(fc.nat().map(String), fc.constant("2 1 10 1")),
  startedAtMs: fc.integer({ min: 1, max: 4_000_000_000_000 }),
  sinceBoot: fc.constant(false),
  durationMs: fc.nat(),
  exitCode: fc.integer(),
  shell: field,
  hostname: fc.oneof(field, hostile),
  cwd: fc.oneof(field, hostile),
  command: fc.oneof(field, hostile),
}, { noNullPrototype: true });
const records = fc.array(record, { maxLength: 6 });

Deno.test("parseSpool() reads back whatever was written", () => {
  fc.assert(fc.property(records, (all) => {
    const bytes = spoolBytes(all);
    assert.deepEqual(parseSpool(bytes), { records: all, broken: 0, end: bytes.length });
  }));
});

Deno.test("parseSpool() leaves an unfinished tail and finds the rest once it is finished", () => {
  fc.assert(fc.property(records, fc.nat(), (all, cut) => {
    const bytes = spoolBytes(all);
    const first = parseSpool(bytes.subarray(0, cut % (bytes.length + 1)));
    const rest = parseSpool(bytes, first.end);
    assert.deepEqual([...first.records, ...rest.records], all);
    assert.equal(first.broken + rest.broken, 0);
  }));
});

Deno.test("parseSpool() loses only the record that was cut short", () => {
  const benign = record.map((r) => ({ ...r, hostname: "h", cwd: "/", command: "x y" }));
  fc.assert(fc.property(benign, benign, benign, fc.nat(), (a, b, c, cut) => {
    const torn = spoolBytes([b]);
    const parts = [spoolBytes([a]), torn.subarray(0, 1 + cut % (torn.length - 1)), spoolBytes([c])];
    const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
    const content = parseSpool(bytes);
    assert.deepEqual(content, { records: [a, c], broken: 1, end: bytes.length });
  }));
});

Deno.test("parseSpool() survives any bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    const { end } = parseSpool(bytes);
    assert.ok(end <= bytes.length);
  }));
});

Deno.test("parseSpool() counts a record whose numbers are none", () => {
  const good = spoolBytes([{ ...fc.sample(record, 1)[0]!, key: "7" }]);
  const bad = new TextEncoder().encode("\x1err1\0x\0" + "1\0".repeat(3) + "zsh\0h\0/\0ls\0\n");
  const content = parseSpool(Uint8Array.from([...bad, ...good]));
  assert.deepEqual([content.broken, content.records.length], [1, 1]);
});

Deno.test("parseSpool() adds the uptime that fish gives to the time of the boot", () => {
  const bytes = (start: string): Uint8Array =>
    new TextEncoder().encode(`\x1err1\x001\0${start}\x005\x000\0fish\0h\0/\0ls\0\n`);
  const started = (start: string): unknown => parseSpool(bytes(start)).records[0]?.startedAtMs;
  assert.equal(started("1700000000000+12.34"), 1_700_000_012_340);
  assert.equal(started("1700000000000.4+12"), 1_700_000_012_000);
  assert.equal(started("1700000000000+"), undefined);
  assert.equal(started("+1"), undefined);
});
