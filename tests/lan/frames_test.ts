/** A stream of whoever dials, before anything is known of it. */
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { FrameStream } from "../../src/lan/frames.ts";

/** So long a test waits for what comes at once. */
const SOON = (): AbortSignal => AbortSignal.timeout(10_000);

Deno.test("a line and messages come as they were sent, however they are cut", async () => {
  const { stream, input } = open();
  const bytes = [...new TextEncoder().encode("rr 7\n"), 0, 2, 8, 9, 0, 0];
  for (const byte of bytes) input.write(Uint8Array.of(byte));
  assert.equal(await stream.line(SOON()), "rr 7");
  assert.deepEqual(await stream.frame(SOON()), Uint8Array.of(8, 9));
  assert.deepEqual(await stream.frame(SOON()), new Uint8Array());
  input.end();
  assert.equal(await stream.frame(SOON()), undefined);
});

Deno.test("a message that says to be longer than 4,096 bytes is refused before it has come", async () => {
  const { stream, input } = open();
  input.write(Uint8Array.of(0x10, 0x01));
  assert.equal(await stream.frame(SOON()), undefined);
});

Deno.test("a line that does not end is refused", async () => {
  const { stream, input } = open();
  input.write("x".repeat(65));
  assert.equal(await stream.line(SOON()), undefined);
});

Deno.test("a stream that pours in more than is read is closed", async () => {
  const { stream, input, closed } = open();
  input.write(new Uint8Array(16_384));
  input.write(new Uint8Array(1));
  await closed;
  assert.deepEqual(await stream.frame(SOON()), new Uint8Array());
});

Deno.test("whoever waits for a message stops with the signal's reason", async () => {
  const { stream } = open();
  const stop = new AbortController();
  const waiting = stream.frame(stop.signal);
  stop.abort(new Error("enough"));
  await assert.rejects(waiting, /enough/);
});

function open(): { stream: FrameStream; input: PassThrough; closed: Promise<void> } {
  const input = new PassThrough();
  const { promise, resolve } = Promise.withResolvers<void>();
  return { stream: new FrameStream(input, new PassThrough(), resolve), input, closed: promise };
}
