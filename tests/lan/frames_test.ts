/** A stream of whoever dials, before anything is known of it. */
import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import { PassThrough } from "node:stream";
import { FrameStream } from "../../src/lan/frames.ts";

/** So long a test waits for what comes at once. */
const SOON = (): AbortSignal => AbortSignal.timeout(PATIENCE_MS);

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

Deno.test("what comes before a text is passed over, however long its lines are and wherever it is cut", async () => {
  const { stream, input } = open();
  const passed = stream.passOver("here 1\n", 2 ** 20, SOON());
  input.write("a line\n".repeat(1_000) + "x".repeat(60_000));
  for (const char of "no newline here 1\n") input.write(char);
  assert.equal(await passed, "found");
  input.write("rr 7\n");
  assert.equal(await stream.line(SOON()), "rr 7");
  input.write(new Uint8Array(16_385));
  assert.equal(await stream.line(SOON()), undefined, "what follows is bounded as ever");
});

Deno.test("what does not come to the text is passed over to a bound, or to its end", async () => {
  const endless = open();
  const tooMuch = endless.stream.passOver("here 1\n", 1_000, SOON());
  for (let i = 0; i < 11; i++) endless.input.write("y".repeat(100));
  assert.equal(await tooMuch, "too much");
  const { stream, input } = open();
  input.end("here 2\n");
  assert.equal(await stream.passOver("here 1\n", 1_000, SOON()), "ended");
});

function open(): { stream: FrameStream; input: PassThrough; closed: Promise<void> } {
  const input = new PassThrough();
  const { promise, resolve } = Promise.withResolvers<void>();
  return { stream: new FrameStream(input, new PassThrough(), resolve), input, closed: promise };
}
