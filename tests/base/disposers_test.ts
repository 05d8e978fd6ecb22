import assert from "node:assert/strict";
import { Disposers } from "../../src/base/disposers.ts";

function part(name: string, log: string[], fails = false): AsyncDisposable {
  return {
    [Symbol.asyncDispose](): Promise<void> {
      log.push(name);
      return fails ? Promise.reject(new Error(name)) : Promise.resolve();
    },
  };
}

Deno.test("Disposers disposes of its parts once, the last first", async () => {
  const log: string[] = [];
  const parts = new Disposers();
  parts.use(part("a", log));
  parts.use({ [Symbol.dispose]: () => void log.push("b") });
  await parts[Symbol.asyncDispose]();
  await parts[Symbol.asyncDispose]();
  assert.deepEqual(log, ["b", "a"]);
});

Deno.test("Disposers.move() hands everything over", async () => {
  const log: string[] = [];
  let owner: Disposers;
  {
    await using parts = new Disposers();
    parts.use(part("a", log));
    owner = parts.move();
  }
  assert.deepEqual(log, []);
  await owner[Symbol.asyncDispose]();
  assert.deepEqual(log, ["a"]);
});

Deno.test("Disposers goes on when a part fails, and tells of it at the end", async () => {
  const log: string[] = [];
  const parts = new Disposers();
  parts.use(part("a", log));
  parts.use(part("b", log, true));
  await assert.rejects(parts[Symbol.asyncDispose](), /^Error: b$/);
  assert.deepEqual(log, ["b", "a"]);
});
