/** A spool folder and a history for the tests of taking in. */
import { createCaptureRules } from "../../src/capture/rules.ts";
import type { DeviceId, Entry } from "../../src/history/entry.ts";
import type { SpoolRecord } from "../../src/shell/spool_record.ts";
import type { IngestDeps } from "../../src/spool/ingest.ts";
import { type History, openHistory } from "../../src/store/file/open_history.ts";
import { denoFiles } from "../../src/world/deno.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { seededRandom } from "../fakes/seeded_random.ts";
import { spoolBytes } from "./_spool_bytes.ts";

export const RULES = await createCaptureRules({ ignoreFolders: ["/secret"] });

export const files = denoFiles();

export class Fixture implements Disposable {
  readonly root = Deno.makeTempDirSync({ prefix: "rr-spool-" });
  readonly folder = `${this.root}/spool`;
  readonly clock = new FakeClock();
  readonly history: History = openHistory(`${this.root}/history.db`, { files, clock: this.clock });
  readonly deps: IngestDeps = {
    files,
    clock: this.clock,
    random: seededRandom(),
    folder: this.folder,
    log: this.history.log,
    userId: "u1",
    deviceId: "d1" as DeviceId,
    rules: () => RULES,
  };
  #number = 0;

  constructor() {
    files.makePrivateFolder(this.folder);
  }

  record(command: string, more: Partial<SpoolRecord> = {}): SpoolRecord {
    const number = ++this.#number;
    return {
      key: String(number),
      startedAtMs: 1_700_000_000_000 + number,
      sinceBoot: false,
      durationMs: 5,
      exitCode: 0,
      shell: "zsh",
      hostname: "laptop",
      cwd: "/src",
      command,
      ...more,
    };
  }

  write(session: string, bytes: Uint8Array): void {
    Deno.writeFileSync(`${this.folder}/${session}.spool`, bytes, { append: true, mode: 0o600 });
  }

  type(session: string, ...commands: string[]): void {
    this.write(session, spoolBytes(commands.map((command) => this.record(command))));
  }

  entries(): readonly Entry[] {
    return this.history.log.entriesAfter(0, { entries: 10_000, bytes: 1e9 }).entries;
  }

  commands(): string[] {
    return this.entries().map((e) => e.command);
  }

  names(): string[] {
    return files.list(this.folder).map((name) => name.replace(/\.\d+-[0-9a-f]+/, ".T")).sort();
  }

  [Symbol.dispose](): void {
    this.history[Symbol.dispose]();
    Deno.removeSync(this.root, { recursive: true });
  }
}
