/** Several real processes on one database. */
import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import { generateEntries } from "../fakes/history_generator.ts";
import { open, tempFolder } from "./_open.ts";

const WRITER = new URL("_writer.ts", import.meta.url).pathname;

Deno.test("processes that create one history at the same time all succeed and lose nothing", async () => {
  using folder = tempFolder();
  const path = folder.file("deep/h.db");
  const writers = [1, 2, 3].map((seed) => startWriter(path, seed, 2000, 100));
  for (const writer of writers) await writer.until("ready");
  for (const writer of writers) await writer.start();
  for (const writer of writers) assert.equal((await writer.until("done")).at(-1), "done");
  using history = open(path);
  assert.equal(history.maintenance.size().entries, 6000);
  assert.deepEqual(history.maintenance.quickCheck(), []);
  for (const seed of [1, 2, 3]) assert.equal(history.log.pullState(`peer-${seed}`).cursor, 2000);
  while (history.index.catchUp() > 0);
  const entries = [1, 2, 3].flatMap((seed) => generateEntries(2000, { seed }));
  assert.equal(history.stats.summary().distinct, new Set(entries.map((e) => e.command)).size);
  assert.equal(history.search.find({ limit: 9000 }).length, 6000);
});

Deno.test("kill -9 in the middle of writing leaves whole batches with their cursor", async () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  for (const batches of [1, 5]) {
    const writer = startWriter(path, batches, 20_000, 500);
    await writer.start();
    await writer.until("stored", batches);
    await writer.kill();
    using history = open(path);
    assert.deepEqual(history.maintenance.quickCheck(), []);
    const { cursor, lastId } = history.log.pullState(`peer-${batches}`);
    assert.ok(cursor >= batches * 500 && cursor % 500 === 0, `cursor ${cursor}`);
    const entries = generateEntries(cursor, { seed: batches });
    assert.equal(entries.at(-1)!.id, lastId);
    assert.ok(entries.every((entry) => history.log.has(entry.id)));
    while (history.index.catchUp() > 0);
    const { entries: stored } = history.maintenance.size();
    assert.equal(history.search.find({ limit: 1_000_000 }).length, stored);
  }
});

Deno.test("a file that may not grow fails a batch as a whole, and the history stays sound", async () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  // 1 MiB for every file of the process, in blocks of 1 KiB.
  const writer = startWriter(path, 5, 20_000, 500, "ulimit -f 1024; ");
  await writer.start();
  const lines = await writer.until("failed");
  assert.match(lines.at(-1)!, /^failed io Cannot .*(full|no room)/);
  using history = open(path);
  assert.deepEqual(history.maintenance.quickCheck(), []);
  const stored = lines.filter((line) => line.startsWith("stored")).length * 500;
  assert.equal(history.maintenance.size().entries, stored);
  assert.equal(history.log.pullState("peer-5").cursor, stored);
  assert.equal(history.log.append(generateEntries(20_000, { seed: 5 })).inserted, 20_000 - stored);
});

interface Writer {
  start(): Promise<void>;
  /** The lines so far, once `count` lines that begin with `text` are among them, or at the end. */
  until(text: string, count?: number): Promise<string[]>;
  kill(): Promise<void>;
}

function startWriter(
  path: string,
  seed: number,
  count: number,
  batch: number,
  before = "",
): Writer {
  const run = `${before}trap '' XFSZ; exec "$@"`;
  const args = [Deno.execPath(), "run", "--quiet", "--allow-all", WRITER, path];
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", run, "sh", ...args, ...[seed, count, batch].map(String)],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const deadline = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  let text = "";
  return {
    async start(): Promise<void> {
      await input.write(new Uint8Array([10]));
    },
    async until(wanted, times = 1): Promise<string[]> {
      for (;;) {
        const lines = text.split("\n").slice(0, -1);
        if (lines.filter((line) => line.startsWith(wanted)).length >= times) {
          if (wanted === "done" || wanted === "failed") await end();
          return lines;
        }
        const { value, done } = await reader.read();
        if (done) {
          await end();
          return lines;
        }
        text += value;
      }
    },
    async kill(): Promise<void> {
      child.kill("SIGKILL");
      await end();
    },
  };

  async function end(): Promise<void> {
    clearTimeout(deadline);
    await child.status;
    await reader.cancel();
    await input.close().catch(() => {});
  }
}
