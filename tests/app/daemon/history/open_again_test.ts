/** What opening a lost history anew waits for, and what it does not. */
import assert from "node:assert/strict";
import { HistoryLostError } from "../../../../src/app/daemon/watch/file_guard.ts";
import {
  becomeDaemon,
  openAgain,
  OpenHistory,
} from "../../../../src/app/daemon/history/open_history.ts";
import { RrError } from "../../../../src/base/rr_error.ts";
import { DaemonRuns } from "../../../../src/process/lock.ts";
import type { DeviceId } from "../../../../src/history/entry.ts";
import type { Files } from "../../../../src/base/world.ts";
import { openHistory } from "../../../../src/store/file/open_history.ts";
import { denoFiles } from "../../../../src/world/deno.ts";
import { FakeWorld } from "../../../fakes/fake_world.ts";
import { RecordingLogger } from "../../../fakes/recording_logger.ts";

const DEVICE = "laptop" as DeviceId;

/** Opens again what was lost; `open` is told how often it was called before. */
function lost(
  world: FakeWorld,
  isGone: boolean,
  open: (before: number) => void,
): { readonly opened: Promise<OpenHistory | undefined>; readonly tries: () => number } {
  let tries = 0;
  const path = `${world.home}/state/history.db`;
  const deps = {
    world,
    logger: new RecordingLogger(),
    spoolFolder: `${world.home}/spool`,
    onProblem: () => {},
    open: () => {
      open(tries++);
      return new OpenHistory(openHistory(path, world), world.files, DEVICE, undefined);
    },
  };
  const error = new HistoryLostError(path, "is another file now", isGone);
  return { opened: openAgain(error, deps, new AbortController().signal), tries: () => tries };
}

Deno.test("a history that another holds for a moment is waited for", async () => {
  using world = new FakeWorld();
  const { opened, tries } = lost(world, false, (before) => {
    if (before < 4) throw new RrError("busy", "another daemon");
  });
  for (let n = 0; n < 30 && tries() < 5; n++) await world.clock.advance(60_000);
  using history = await opened;
  assert.equal(history?.history.log.count(), 0);
});

Deno.test("whoever holds a new history for long is its daemon: this one ends", async () => {
  using world = new FakeWorld();
  const { opened, tries } = lost(world, false, () => {
    throw new DaemonRuns("/h.db", undefined);
  });
  const ended = assert.rejects(opened, DaemonRuns);
  for (let n = 0; n < 30 && tries() < 6; n++) await world.clock.advance(60_000);
  await ended;
  assert.equal(tries(), 6);
});

Deno.test("what cannot be read is tried for as long as it takes", async () => {
  using world = new FakeWorld();
  const { opened, tries } = lost(world, false, (before) => {
    if (before < 40) throw new RrError("database", "no database");
  });
  for (let n = 0; n < 100 && tries() < 41; n++) await world.clock.advance(60_000);
  using history = await opened;
  assert.ok(history);
});

Deno.test("nothing is made in the place of a folder that is gone, however long it is", async () => {
  using world = new FakeWorld();
  const { opened, tries } = lost(world, true, () => {});
  for (let n = 0; n < 100; n++) await world.clock.advance(1_000);
  assert.equal(tries(), 0);
  Deno.mkdirSync(`${world.home}/state`, { mode: 0o700 });
  for (let n = 0; n < 100 && tries() < 1; n++) await world.clock.advance(1_000);
  using history = await opened;
  assert.ok(history);
});

Deno.test("a history that nobody may look at is waited for, and opened when it can be seen", async () => {
  const real = denoFiles();
  let isAllowed = false;
  const stat: Files["stat"] = (path) => {
    if (!isAllowed && path.includes("/state")) throw new RrError("io", "Permission denied");
    return real.stat(path);
  };
  using world = new FakeWorld({ files: { ...real, stat } });
  Deno.mkdirSync(`${world.home}/state`, { mode: 0o700 });
  const { opened, tries } = lost(world, true, () => {});
  for (let n = 0; n < 100; n++) await world.clock.advance(1_000);
  assert.equal(tries(), 0);
  isAllowed = true;
  for (let n = 0; n < 100 && tries() < 1; n++) await world.clock.advance(1_000);
  using history = await opened;
  assert.ok(history);
});

Deno.test("a history that was opened and then cannot be used is closed before the next try", async () => {
  const real = denoFiles();
  let isBroken = true;
  const list: Files["list"] = (folder) => {
    if (isBroken) throw new RrError("io", "Input/output error");
    return real.list(folder);
  };
  using world = new FakeWorld({ files: { ...real, list } });
  let held = false;
  const opened = openAgain(
    new HistoryLostError(`${world.home}/state/history.db`, "is another file now", false),
    {
      world,
      logger: new RecordingLogger(),
      spoolFolder: `${world.home}/spool`,
      onProblem: () => {},
      open: () => {
        const history = openHistory(`${world.home}/state/history.db`, world);
        return becomeDaemon(history, world.files, DEVICE, () => {
          if (held) throw new RrError("busy", "another daemon");
          held = true;
          return { [Symbol.dispose]: () => void (held = false) };
        });
      },
    },
    new AbortController().signal,
  );
  await world.clock.untilSleeping();
  assert.equal(held, false);
  isBroken = false;
  await world.clock.advance(60_000);
  using history = await opened;
  assert.equal(history?.history.log.count(), 0);
});

Deno.test("who cannot read the history lets go of its lock, too", () => {
  using world = new FakeWorld();
  const history = openHistory(`${world.home}/state/history.db`, world);
  history.log.headSeq = () => {
    throw new RrError("database", "it is damaged");
  };
  let held = false;
  const takeLock = (): Disposable => {
    held = true;
    return { [Symbol.dispose]: () => void (held = false) };
  };
  assert.throws(() => becomeDaemon(history, world.files, DEVICE, takeLock), /damaged/);
  assert.equal(held, false);
  assert.throws(() => history.log.count());
});
