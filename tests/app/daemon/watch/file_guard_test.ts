/** What the daemon takes for a history that was changed under it, on real files. */
import assert from "node:assert/strict";
import { FileGuard, HistoryLostError } from "../../../../src/app/daemon/watch/file_guard.ts";
import { RrError } from "../../../../src/base/rr_error.ts";
import type { FileInfo } from "../../../../src/base/world.ts";
import type { DeviceId } from "../../../../src/history/entry.ts";
import { type History, openHistory } from "../../../../src/store/file/open_history.ts";
import { denoFiles } from "../../../../src/world/deno.ts";
import { makeEntries } from "../../../fakes/entries.ts";
import { FakeClock } from "../../../fakes/fake_clock.ts";
import { tempFolder } from "../../../store/_open.ts";

const DEVICE = "laptop" as DeviceId;

/** A history on the disk and its guard; `see` changes what the guard is told of a file. */
class Lab implements Disposable {
  readonly folder = tempFolder();
  readonly path = this.folder.file("history.db");
  readonly history: History;
  readonly guard: FileGuard;
  see: (path: string, info: FileInfo | undefined) => FileInfo | undefined = (_, info) => info;
  readonly #files = { ...denoFiles(), stat: (path: string) => this.#stat(path) };

  constructor() {
    this.history = openHistory(this.path, { files: this.#files, clock: new FakeClock() });
    this.history.log.append(makeEntries(3, { deviceId: DEVICE }));
    this.history.maintenance.checkpoint();
    this.guard = new FileGuard(this.history, this.#files, DEVICE);
  }

  /** What the guard says of the history; `undefined` for nothing. */
  lost(): HistoryLostError | undefined {
    try {
      this.guard.check();
      return undefined;
    } catch (error) {
      if (error instanceof HistoryLostError) return error;
      throw error;
    }
  }

  /** The file was written by something at this time, and its log has so many bytes. */
  writtenAt(mtimeMs: number, waiting: number): void {
    this.see = (path, info) => {
      if (info === undefined) return undefined;
      if (path === this.path) return { ...info, mtimeMs };
      return path === `${this.path}-wal` ? { ...info, size: waiting } : info;
    };
  }

  #stat(path: string): FileInfo | undefined {
    return this.see(path, denoFiles().stat(path));
  }

  [Symbol.dispose](): void {
    this.guard[Symbol.dispose]();
    this.folder[Symbol.dispose]();
  }
}

Deno.test("a file that was written while its log was empty was written by somebody else", () => {
  using lab = new Lab();
  lab.writtenAt(1_000, 0);
  lab.guard.accept();
  assert.equal(lab.lost(), undefined);
  lab.writtenAt(2_000, 0);
  assert.match(lab.lost()?.message ?? "", /overwritten/);
});

Deno.test("a file that was written while its log held something may have got that", () => {
  using lab = new Lab();
  lab.writtenAt(1_000, 50_000);
  lab.guard.accept();
  lab.writtenAt(2_000, 50_000);
  assert.equal(lab.lost(), undefined);
});

Deno.test("a log that grew so much since that SQLite has folded it in explains a written file", () => {
  using lab = new Lab();
  lab.writtenAt(1_000, 0);
  lab.guard.accept();
  lab.writtenAt(2_000, 5_000_000);
  assert.equal(lab.lost(), undefined);
});

Deno.test("a path that nobody lets us look at is told as that, and as gone", () => {
  using lab = new Lab();
  lab.see = () => {
    throw new RrError("io", "Permission denied");
  };
  const lost = lab.lost();
  assert.match(lost?.message ?? "", /could not be looked at/);
  assert.equal(lost?.isGone, true);
  lab.see = (_, info) => info;
});

Deno.test("a log that was overwritten is not folded in when the history is closed", () => {
  using lab = new Lab();
  const own = makeEntries(2, { deviceId: DEVICE });
  lab.history.log.append(own);
  assert.equal(lab.lost(), undefined);
  const before = Deno.readFileSync(lab.path);
  const log = `${lab.path}-wal`;
  using file = Deno.openSync(log, { write: true });
  file.writeSync(new Uint8Array(Deno.statSync(log).size));
  assert.deepEqual(lab.lost()?.kept.map(({ id }) => id), own.map(({ id }) => id));
  lab.guard[Symbol.dispose]();
  assert.deepEqual(Deno.readFileSync(lab.path), before);
});

Deno.test("what was noted ahead of a look is kept where the log is lost before that", () => {
  using lab = new Lab();
  const [entry] = makeEntries(1, { deviceId: DEVICE, command: "make test" });
  lab.history.log.append([entry!]);
  lab.guard.note();
  Deno.removeSync(`${lab.path}-wal`);
  assert.deepEqual(lab.lost()?.kept.map(({ id }) => id), [entry!.id]);
});

Deno.test("an index that was cut short is as long as before when SQLite is asked for anything", () => {
  using lab = new Lab();
  const index = `${lab.path}-shm`;
  const { size } = Deno.statSync(index);
  const uses: readonly ((history: History) => unknown)[] = [
    ({ log }) => log.headSeq(),
    ({ log }) => log.append(makeEntries(1)),
    ({ maintenance }) => maintenance.checkpoint(),
    () => lab.guard.note(),
    (history) => [...history.opened.db.walk(["cmd"], "FROM entries")],
  ];
  for (const use of uses) {
    Deno.truncateSync(index);
    use(lab.history);
    assert.equal(Deno.statSync(index).size, size);
  }
  assert.equal(lab.lost(), undefined);
});

Deno.test("an index that has grown is as long as it grew when it was cut short since", () => {
  using lab = new Lab();
  const index = `${lab.path}-shm`;
  const { size } = Deno.statSync(index);
  Deno.truncateSync(index, 2 * size);
  lab.history.log.headSeq();
  Deno.truncateSync(index, size);
  lab.history.log.headSeq();
  assert.equal(Deno.statSync(index).size, 2 * size);
});

Deno.test("FileGuard.checkAt() checks once for all who look at the same moment", () => {
  using lab = new Lab();
  let asked = 0;
  lab.see = (_, info) => {
    asked++;
    return info;
  };
  lab.guard.checkAt(1);
  const once = asked;
  assert.ok(once > 0);
  lab.guard.checkAt(1);
  assert.equal(asked, once);
  Deno.removeSync(lab.path);
  for (const look of [2, 2]) assert.throws(() => lab.guard.checkAt(look), HistoryLostError);
});

Deno.test("behind a link, what this process folds in is not taken for somebody else's", () => {
  using folder = tempFolder();
  const link = folder.file("link.db");
  Deno.writeFileSync(folder.file("history.db"), new Uint8Array(), { mode: 0o600 });
  Deno.symlinkSync(folder.file("history.db"), link);
  const files = denoFiles();
  const history = openHistory(link, { files, clock: new FakeClock() });
  using guard = new FileGuard(history, files, DEVICE);
  history.maintenance.checkpoint(true);
  guard.accept();
  history.log.append(makeEntries(3, { deviceId: DEVICE }));
  guard.check();
  Deno.utimeSync(folder.file("history.db"), 1, 1); // or both could fall into one tick
  guard.check();
  history.maintenance.checkpoint();
  guard.check();
});
