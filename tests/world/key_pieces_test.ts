import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { KeyPieces } from "../../src/world/key_pieces.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (read: Uint8Array | undefined): string | undefined =>
  read && new TextDecoder().decode(read);

Deno.test("a piece is read at a time, and nothing before it is asked for", async () => {
  const stream = new PassThrough();
  const keys = new KeyPieces(stream);
  stream.write(bytes("a"));
  await turn();
  assert.equal(text(keys.unread()), "", "left in the terminal, for the shell");
  assert.equal(text(await keys.read()), "a");
  const next = keys.read();
  stream.write(bytes("b"));
  assert.equal(text(await next), "b");
  assert.equal(stream.isPaused(), true);
  keys.close();
});

Deno.test("the end of the stream ends a read that waits, and all later ones", async () => {
  const stream = new PassThrough();
  const keys = new KeyPieces(stream);
  const waiting = keys.read();
  stream.end();
  assert.equal(await waiting, undefined);
  assert.equal(await keys.read(), undefined);
  assert.equal(keys.isClosed, true);
});

Deno.test("a terminal that is gone is the end, not an error, also after it was closed", async () => {
  const stream = new PassThrough();
  const keys = new KeyPieces(stream);
  const waiting = keys.read();
  keys.close();
  assert.equal(await waiting, undefined);
  stream.destroy(new Error("EIO"));
  await turn();
});

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
