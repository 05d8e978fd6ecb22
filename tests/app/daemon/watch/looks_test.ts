/** When the daemon looks at its files: after a glance that shows a change, and once a second. */
import assert from "node:assert/strict";
import { Looks, type LooksWorld } from "../../../../src/app/daemon/watch/looks.ts";
import type { FileInfo } from "../../../../src/base/world.ts";
import { FakeClock } from "../../../fakes/fake_clock.ts";

const PATHS = ["/data/history.db", "/data/history.db-wal", "/data/spool"];
const { signal } = new AbortController();

class Disk implements LooksWorld {
  readonly clock = new FakeClock();
  readonly there = new Map<string, FileInfo>();
  /** How often a file was asked for. */
  stats = 0;
  readonly files = {
    stat: (path: string) => {
      this.stats++;
      return this.there.get(path);
    },
  } as LooksWorld["files"];

  write(path: string, change: Partial<FileInfo> = {}): void {
    const before = this.there.get(path) ??
      { kind: "file" as const, mode: 0o600, size: 0, mtimeMs: 0, id: path };
    this.there.set(path, { ...before, ...change });
  }

  writeAll(): void {
    for (const path of PATHS) this.write(path);
  }

  /** Lets time pass in small steps, and what follows upon each happen. */
  async pass(ms: number, stepMs = 50): Promise<void> {
    for (let passed = 0; passed < ms; passed += stepMs) {
      await turn();
      await this.clock.advance(stepMs);
      await turn();
    }
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Counts the looks from now on, until disposed. */
function counted(looks: Looks): { looks: number } & AsyncDisposable {
  const over = new AbortController();
  const count = {
    looks: 0,
    [Symbol.asyncDispose]: async () => {
      over.abort();
      await looking;
    },
  };
  const looking = (async () => {
    for (let last = 0; !over.signal.aborted;) {
      last = await looks.next(last, over.signal);
      count.looks = last;
    }
  })();
  return count;
}

Deno.test("Looks: one look and five glances a second for the first minute, however many look", async () => {
  const disk = new Disk();
  disk.writeAll();
  using looks = new Looks(disk, PATHS);
  await using one = counted(looks);
  await using other = counted(looks);
  disk.stats = 0;
  await disk.pass(10_000);
  assert.deepEqual([one.looks, other.looks], [10, 10]);
  assert.equal(disk.stats, 10 * 5 * PATHS.length);
});

for (
  const [what, change] of Object.entries<(disk: Disk) => void>({
    "written to": (disk) => disk.write(PATHS[0]!, { mtimeMs: 1 }),
    "cut short": (disk) => disk.write(PATHS[0]!, { size: 1 }),
    "replaced by one with the same time and size": (disk) => disk.write(PATHS[0]!, { id: "new" }),
    "removed": (disk) => void disk.there.delete(PATHS[0]!),
    "not to be looked at any more": (disk) =>
      disk.files.stat = () => {
        throw new Error("EACCES");
      },
  })
) {
  Deno.test(`Looks: a file that is ${what} is looked at with the next glance`, async () => {
    const disk = new Disk();
    disk.write(PATHS[0]!);
    using looks = new Looks(disk, PATHS);
    await using count = counted(looks);
    await disk.pass(200);
    assert.equal(count.looks, 0);
    change(disk);
    await disk.pass(200);
    assert.equal(count.looks, 1);
  });
}

Deno.test("Looks: what is not there is asked for once a second, and looked at when it comes", async () => {
  const disk = new Disk();
  disk.write(PATHS[0]!);
  using looks = new Looks(disk, PATHS);
  await using count = counted(looks);
  disk.stats = 0;
  await disk.pass(2_000);
  assert.equal(disk.stats, 2 * 5 + 2 * (PATHS.length - 1));
  const before = count.looks;
  disk.write(PATHS[1]!);
  await disk.pass(1_000);
  assert.equal(count.looks, before + 1);
  disk.write(PATHS[1]!, { size: 1 });
  await disk.pass(200);
  assert.equal(count.looks, before + 2, "from then on with each glance");
});

Deno.test("Looks: five a second while something changes all the time", async () => {
  const disk = new Disk();
  disk.writeAll();
  using looks = new Looks(disk, PATHS);
  await using count = counted(looks);
  for (let i = 0; i < 100; i++) {
    disk.write(PATHS[1]!, { size: i });
    await disk.pass(50);
  }
  assert.equal(count.looks, 25);
});

Deno.test("Looks: two glances a second where nothing was recorded for a minute, and five again once something was", async () => {
  const disk = new Disk();
  disk.writeAll();
  using looks = new Looks(disk, PATHS);
  await using count = counted(looks);
  await disk.pass(61_000, 1_000);
  disk.stats = 0;
  const before = count.looks;
  await disk.pass(10_000);
  assert.equal(disk.stats, 10 * 2 * PATHS.length);
  assert.equal(count.looks, before + 10, "looks are as often");
  disk.write(PATHS[0]!, { mtimeMs: 1 });
  await disk.pass(500);
  assert.equal(count.looks, before + 11);
  looks.recorded();
  await disk.pass(500);
  disk.stats = 0;
  await disk.pass(10_000);
  assert.equal(disk.stats, 10 * 5 * PATHS.length);
});

Deno.test("Looks: whoever was busy at a moment does not wait for the next one", async () => {
  const disk = new Disk();
  using looks = new Looks(disk, PATHS);
  const first = looks.next(0, signal);
  await disk.pass(1_000);
  assert.equal(await first, 1);
  assert.equal(await looks.next(0, signal), 1);
});

Deno.test("Looks: one that is ended wakes who waits", async () => {
  const disk = new Disk();
  const looks = new Looks(disk, PATHS);
  const over = new AbortController();
  const waiting = looks.next(0, over.signal);
  await turn();
  over.abort();
  assert.equal(await waiting, 0);
  const other = looks.next(0, signal);
  looks[Symbol.dispose]();
  assert.equal(await other, 0);
  await turn();
  assert.equal(disk.clock.sleeping, 0);
});
