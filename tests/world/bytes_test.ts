import assert from "node:assert/strict";
import { RrError } from "../../src/base/rr_error.ts";
import { createInput, createOutput } from "../../src/world/bytes.ts";

class Busy extends Error {}
class Closed extends Error {}

Deno.test("createOutput() writes everything through short writes and a busy reader", () => {
  const seen: number[] = [];
  let call = 0;
  const output = createOutput({
    write(bytes): number {
      if (call++ % 3 === 1) throw new Busy();
      seen.push(bytes[0]!);
      return 1;
    },
    isTerminal: () => false,
    columns: () => undefined,
    isClosed: () => false,
    isBusy: (error) => error instanceof Busy,
  });
  output.write("grüße");
  assert.equal(new TextDecoder().decode(Uint8Array.from(seen)), "grüße");
});

Deno.test("createOutput() ignores a closed pipe and does not try again", () => {
  let calls = 0;
  const output = createOutput({
    write(): number {
      calls++;
      throw new Closed();
    },
    isTerminal: () => false,
    columns: () => undefined,
    isClosed: (error) => error instanceof Closed,
    isBusy: () => false,
  });
  output.write("a");
  output.write("b");
  assert.equal(calls, 1);
});

Deno.test("createOutput() reports any other failure", () => {
  const output = createOutput({
    write(): number {
      throw new Error("disk full");
    },
    isTerminal: () => false,
    columns: () => undefined,
    isClosed: () => false,
    isBusy: () => false,
  });
  assert.throws(() => output.write("a"), (e) => e instanceof RrError && e.code === "io");
});

Deno.test("createInput(): readLine() takes one line and leaves the rest", () => {
  const input = inputOf("yes\r\nrest\nend");
  assert.equal(input.readLine(), "yes");
  assert.equal(input.readLine(), "rest");
  assert.equal(input.readLine(), "end");
  assert.equal(input.readLine(), undefined);
});

Deno.test("createInput(): readAll() takes up to the limit and refuses more", () => {
  assert.equal(inputOf("x".repeat(100_000)).readAll(100_000).length, 100_000);
  assert.throws(
    () => inputOf("x".repeat(100_001)).readAll(100_000),
    (e) => e instanceof RrError && /more than 100000 bytes/.test(e.message),
  );
});

function inputOf(text: string): ReturnType<typeof createInput> {
  let rest = new TextEncoder().encode(text);
  let call = 0;
  return createInput({
    read(buffer): number | null {
      if (call++ % 2 === 0) throw new Busy();
      if (rest.length === 0) return null;
      const some = rest.subarray(0, Math.min(buffer.length, 40_000));
      buffer.set(some);
      rest = rest.subarray(some.length);
      return some.length;
    },
    isTerminal: () => false,
    isBusy: (error) => error instanceof Busy,
  });
}
