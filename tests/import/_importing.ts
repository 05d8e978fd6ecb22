/** What the tests of importing share. */
import { writeWith } from "../../src/app/writer/write_with.ts";
import { systemClock } from "../../src/base/clock.ts";
import { importHistory, type ImportRequest } from "../../src/import/import_history.ts";
import type { ImportReport } from "../../src/import/import_tally.ts";
import { createCaptureRules } from "../../src/capture/rules.ts";
import type { DeviceId, Entry, EntryId } from "../../src/history/entry.ts";
import { type History, openHistory } from "../../src/store/file/open_history.ts";
import { denoFiles } from "../../src/world/deno.ts";

export const files = denoFiles();

export const clock = { ...systemClock(), now: () => 1_800_000_000_000 };

export const NO_FILTER = await createCaptureRules();

export class Fixture implements Disposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "rr-import-" });
  readonly history: History = openHistory(`${this.folder}/history.db`, { files, clock });

  run(text: string, request: Partial<ImportRequest> = {}): Promise<ImportReport> {
    const path = `${this.folder}/source`;
    Deno.writeTextFileSync(path, text);
    return this.import({ path, ...request });
  }

  async import(request: Partial<ImportRequest> & { path: string }): Promise<ImportReport> {
    await using writer = writeWith(this.history, clock);
    const owner = { userId: "u1", deviceId: "d1" as DeviceId, hostname: "laptop" };
    return await importHistory({ from: "zsh", ...owner, rules: NO_FILTER, ...request }, {
      files,
      clock,
      history: this.history,
      writer,
    });
  }

  all(): readonly Entry[] {
    return this.history.log.entriesAfter(0, { entries: 10_000, bytes: 1e9 }).entries;
  }

  record(
    command: string,
    startedAtMs: number,
    cwd = "/",
    device = "d1",
    shell = "zsh",
    durationMs = 0,
  ): void {
    this.history.log.append([{
      id: crypto.randomUUID() as EntryId,
      deviceId: device as DeviceId,
      userId: "u1",
      startedAtMs,
      command,
      cwd,
      exitCode: 0,
      durationMs,
      shell,
      hostname: "laptop",
      version: "0.1.0",
    }]);
  }

  [Symbol.dispose](): void {
    this.history[Symbol.dispose]();
    Deno.removeSync(this.folder, { recursive: true });
  }
}

export const counts = (
  { received, inserted, ignored, skipped, broken }: ImportReport,
): number[] => [
  received,
  inserted,
  ignored,
  skipped,
  broken,
];

export const T = 1_700_000_000;

export const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => `: ${T + from + i}:0;echo ${from + i}\n`).join("");
