import assert from "node:assert/strict";
import fc from "fast-check";
import { cleanBytes } from "../../../src/import/formats/clean_bytes.ts";

const encoder = new TextEncoder();

function cleaned(text: string): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(cleanBytes(encoder.encode(text)));
}

Deno.test("cleanBytes() takes away a byte order mark, NULs and the CR of line ends", () => {
  assert.equal(cleaned("\ufeffls\r\npwd\r\n"), "ls\npwd\n");
  assert.equal(cleaned("ls\n\0\0\0\0pwd\n\0"), "ls\npwd\n");
  assert.equal(cleaned("git com\0\0\0: 17:0;ls\n"), "git com\n: 17:0;ls\n", "a block is missing");
  assert.equal(cleaned("last line\r"), "last line");
  assert.equal(cleaned("printf 'a\rb'\n"), "printf 'a\rb'\n", "a CR inside is somebody's");
  assert.equal(cleaned("a\ufeffb\n"), "a\ufeffb\n", "only in front");
});

Deno.test("cleanBytes() copies nothing where there is nothing to clean", () => {
  const bytes = encoder.encode("echo 'a\rb'\nls\n");
  assert.equal(cleanBytes(bytes).buffer, bytes.buffer);
});

Deno.test("cleanBytes() does the same twice as once, whatever it is given", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
    const once = cleanBytes(bytes);
    assert.equal(once.indexOf(0), -1);
    // Marks and line ends can come together where something between them was taken away.
    if (!hasBoundary(once)) assert.deepEqual(cleanBytes(once), once);
  }));
});

function hasBoundary(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef || bytes.includes(0x0d);
}
