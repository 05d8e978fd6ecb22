/**
 * Import of a zsh history, against parsing it alone and against a bare insert of the same rows.
 *
 *     deno run --allow-read --allow-write --allow-env --allow-sys tests/bench/import_bench.ts [lines]
 */
// deno-lint-ignore-file no-console -- it prints its figures
import { bareInsert } from "./_bare_insert.ts";
import { openWriter } from "../../src/app/writer/open_writer.ts";
import { importHistory } from "../../src/import/import_history.ts";
import { systemClock } from "../../src/base/clock.ts";
import { createCaptureRules } from "../../src/capture/rules.ts";
import { findSecret } from "../../src/capture/secrets.ts";
import type { DeviceId, Entry } from "../../src/history/entry.ts";
import { exportEntry } from "../../src/import/export_history.ts";
import { importEntryId } from "../../src/import/import_id.ts";
import { parseZshHistory } from "../../src/import/formats/zsh.ts";
import { openHistory } from "../../src/store/file/open_history.ts";
import { denoFiles } from "../../src/world/deno.ts";
import { generateHistory } from "../fakes/history_generator.ts";

const count = Number(Deno.args[0] ?? 1_000_000);
const files = denoFiles();
const clock = systemClock();
const folder = Deno.makeTempDirSync({ prefix: "rr-bench-" });
try {
  await main();
} finally {
  Deno.removeSync(folder, { recursive: true });
}

async function main(): Promise<void> {
  const path = `${folder}/zsh_history`;
  const bytes = writeHistory(path);
  const commands: string[] = [];
  await report("parse", () => {
    for (const draft of parseZshHistory(bytes)) commands.push(draft.command);
  });
  await report("derive an id", () => {
    const name = { userId: "ana", deviceId: "laptop", shell: "zsh", unixSeconds: 1, index: 0 };
    for (const command of commands) importEntryId({ ...name, command });
  });
  await report("look for secrets", () => commands.forEach(findSecret));
  const rules = await createCaptureRules();
  const request = {
    from: "zsh",
    path,
    userId: "ana",
    deviceId: "laptop" as DeviceId,
    hostname: "laptop",
    rules,
  } as const;
  using history = openHistory(`${folder}/history.db`, { files, clock });
  for (const label of ["import", "import again"]) {
    const start = performance.now();
    await using writer = await openWriter(history.path);
    const result = await importHistory(request, { files, clock, history, writer });
    print(label, performance.now() - start);
    console.log(`  ${JSON.stringify(result)}`);
  }
  console.log(`memory: ${Math.round(Deno.memoryUsage().rss / 2 ** 20)} MiB`);
  const entries: Entry[] = [];
  for (let seq = 0; entries.length < history.log.headSeq();) {
    const batch = history.log.entriesAfter(seq, { entries: 10_000, bytes: 1e9 });
    if (batch.lastSeq === undefined) break;
    seq = batch.lastSeq;
    entries.push(...batch.entries);
  }
  for (const rows of [1_000, 10_000, 100_000]) {
    await report(`bare insert of the same rows, ${rows} a transaction`, () => {
      bareInsert(`${folder}/bare-${rows}.db`, entries, rows);
    });
  }
}

function writeHistory(path: string): Uint8Array {
  using file = Deno.openSync(path, { write: true, create: true });
  const parts: Uint8Array[] = [];
  for (const entry of generateHistory(count)) parts.push(exportEntry(entry, "zsh")!);
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  for (let rest = whole; rest.length > 0;) rest = rest.subarray(file.writeSync(rest));
  console.log(`${count} commands, ${(whole.length / 1e6).toFixed(1)} MB`);
  return whole;
}

async function report(label: string, task: () => unknown): Promise<void> {
  const start = performance.now();
  await task();
  print(label, performance.now() - start);
}

function print(label: string, ms: number): void {
  console.log(`${label}: ${Math.round(ms)} ms, ${Math.round(count / ms * 1000)} per second`);
}
