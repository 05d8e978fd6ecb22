/** What is new in a file without times follows what stands before it there. */
import assert from "node:assert/strict";
import { Fixture, T } from "./_importing.ts";

/** The commands of the history in the order of their times. */
function ordered(at: Fixture): string[] {
  return at.all().toSorted((a, b) => a.startedAtMs - b.startedAtMs).map((e) => e.command);
}

async function importedIn(parts: readonly string[]): Promise<string[]> {
  using at = new Fixture();
  at.record("real", T * 1000);
  for (const part of parts) await at.run(part.replaceAll(" ", "\n"), { from: "bash" });
  return ordered(at);
}

Deno.test("importHistory() puts what a file without times has got since behind what it had", async () => {
  for (
    const [parts, wanted] of [
      [["a b ", "a b c a ", "a b c a d "], "a b c a d"],
      // Trimmed by the shell; older ones that a copy still has.
      [["a b c ", "c d ", "d e "], "a b c d e"],
      [["c d ", "a b c d "], "a b c d"],
      // The a that is left of two counts as the first one.
      [["a x a y ", "y a z "], "a x a y z"],
      [["a b ", "b c a d "], "a b c d"],
      [["ls a ls b ", "ls a ls b ls c "], "ls a ls b ls c"],
      // Times are whole seconds, and between these two is none.
      [["a c ", "a b c "], "a c b"],
    ] as const
  ) {
    const got = await importedIn(parts);
    assert.equal(got.filter((command) => command !== "real").join(" "), wanted, String(parts));
  }
});

Deno.test("importHistory() that was stopped goes on where it was, in one order", async () => {
  const lines = Array.from({ length: 1_500 }, (_, i) => `echo ${i % 700}\n`);
  using at = new Fixture();
  const stop = new AbortController();
  const stopped = at.run(lines.join(""), {
    from: "bash",
    signal: stop.signal,
    onProgress: ({ done }) => done >= 500 && stop.abort(),
  });
  await assert.rejects(stopped);
  const first = at.all().length;
  assert.ok(first > 0 && first < lines.length, `${first} were taken in`);
  await at.run(lines.join(""), { from: "bash" });
  assert.equal(at.all().length, lines.length);
  assert.deepEqual(ordered(at), lines.map((line) => line.trim()));
});

Deno.test("importHistory() makes up no time behind that at which a file was written", async () => {
  using at = new Fixture();
  const write = (text: string, seconds: number): void => {
    Deno.writeTextFileSync(`${at.folder}/b`, text);
    Deno.utimeSync(`${at.folder}/b`, seconds, seconds);
  };
  const from = { from: "bash", path: `${at.folder}/b` } as const;
  write("a\nb\n", T);
  await at.import(from);
  write("a\nb\nc\nd\ne\nf\n", T + 2);
  await at.import(from);
  assert.deepEqual(at.all().map((e) => e.startedAtMs / 1000 - T), [-2, -1, 0, 1, 2, 2]);
});

Deno.test("importHistory() goes by the real times of a file that has some", async () => {
  using at = new Fixture();
  const old = `old\n: ${T}:0;a\n`;
  await at.run(old);
  await at.run(`${old}b\nc\n`);
  assert.deepEqual(at.all().map((e) => e.startedAtMs / 1000 - T), [-1, 0, 0, 0]);
});

Deno.test("importHistory() asks what it imported also where a hook recorded what stands between", async () => {
  using at = new Fixture();
  await at.run("a\nb\n", { from: "bash" });
  at.record("c", T * 1000, "/", "d1", "bash");
  await at.run("a\nb\nc\nd\n", { from: "bash" });
  const [, b, , d] = at.all();
  assert.equal(d!.command, "d");
  assert.ok(d!.startedAtMs > b!.startedAtMs);
});
