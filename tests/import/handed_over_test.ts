/** What is handed over as a file is read once, and not for ever. */
import assert from "node:assert/strict";
import { filesHolding, isHandedOver, MOST_BYTES } from "../../src/import/handed_over.ts";
import { openSource } from "../../src/import/import_sources.ts";
import { denoFiles } from "../../src/world/deno.ts";

// What is at /dev is nobody's business here.
const files = { ...denoFiles(), stat: () => undefined };
const NO_INPUT = { isTerminal: () => false, readLine: () => undefined };

Deno.test("isHandedOver() tells names of pipes from names of files", () => {
  for (const path of ["/dev/stdin", "/dev/fd/0", "/dev/fd/63", "/proc/self/fd/3"]) {
    assert.ok(isHandedOver(path), path);
  }
  for (const path of ["/dev/null", "/dev/fd", "/home/dev/stdin"]) assert.ok(!isHandedOver(path));
});

Deno.test("filesHolding() reads the input by its number, once, and no more than is taken in", () => {
  const asked: number[] = [];
  const bytes = new TextEncoder().encode(": 1700000000:0;ls\n");
  const stdin = { ...NO_INPUT, readAll: (most: number) => (asked.push(most), bytes) };
  const holding = filesHolding("/dev/stdin", { files, stdin });
  for (let time = 0; time < 2; time++) {
    using source = openSource("zsh", "/dev/stdin", holding);
    assert.deepEqual([...source.items()].length, 1);
  }
  assert.deepEqual(asked, [MOST_BYTES]);
});

Deno.test("a pipe that does not end is refused after as much as a file may have", () => {
  const asked: number[] = [];
  const endless = {
    ...files,
    readHead: (_: string, most: number) => (asked.push(most), new Uint8Array(0)),
  };
  const readAll = (): never => assert.fail("another descriptor was meant");
  filesHolding("/dev/fd/63", { files: endless, stdin: { ...NO_INPUT, readAll } });
  assert.deepEqual(asked, [MOST_BYTES + 1]);
  const long = { length: MOST_BYTES + 1 } as Uint8Array<ArrayBuffer>;
  assert.throws(
    () => openSource("zsh", "/dev/fd/63", { ...files, readBytes: () => long }),
    /1\.0 GiB long or more/,
  );
});
