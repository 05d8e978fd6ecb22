/**
 * The write-ahead log of the history, or the index of that, is taken away, cut short or overwritten under
 * a running daemon: the file stays whole, and everything that was recorded is in it.
 */
import assert from "node:assert/strict";
import type { Child } from "../../scripts/lab/process.ts";
import { Lab, LOOPBACK } from "./_lab.ts";

interface Mishap {
  readonly name: string;
  /** Done after a command was recorded; `save` is a free name. */
  readonly happen: (log: string, index: string, save: string) => void;
  /** Whether the daemon has to open the history anew, or SQLite mends it by itself. */
  readonly opensAgain: boolean;
  /** Whether others can record before the daemon has noticed; if not, they say so. */
  readonly atOnce?: boolean;
}

const MISHAPS: readonly Mishap[] = [
  {
    name: "the index removed",
    happen: (_log, index) => Deno.removeSync(index),
    opensAgain: true,
    atOnce: true,
  },
  {
    name: "both removed",
    happen: (log, index) => [log, index].forEach((path) => Deno.removeSync(path)),
    opensAgain: true,
    atOnce: true,
  },
  { name: "the log removed", happen: (log) => Deno.removeSync(log), opensAgain: true },
  { name: "the log cut short", happen: (log) => Deno.truncateSync(log), opensAgain: true },
  {
    name: "the log overwritten by zeros",
    happen: (log) => Deno.writeFileSync(log, new Uint8Array(Deno.statSync(log).size)),
    opensAgain: true,
  },
  {
    name: "the log changed for a copy",
    happen: (log, _index, save) => {
      Deno.copyFileSync(log, save);
      Deno.renameSync(save, log);
    },
    opensAgain: true,
  },
  {
    name: "the index cut short",
    happen: (_log, index) => Deno.truncateSync(index),
    opensAgain: false,
  },
];

Deno.test("a daemon whose write-ahead log is lost keeps the file whole and all that was recorded", async (t) => {
  await using lab = new Lab();
  const device = await lab.device("laptop");
  const daemon = await device.startDaemon("--listen", LOOPBACK);
  const recorded: string[] = [];
  for (const mishap of MISHAPS) {
    await t.step(mishap.name, async () => {
      recorded.push(await device.record(`before ${mishap.name}`));
      await device.rr("status"); // for it the daemon looks at what is new
      const before = occurrences(daemon);
      const path = device.database;
      mishap.happen(`${path}-wal`, `${path}-shm`, `${path}-save`);
      if (mishap.atOnce) recorded.push(await device.record(`at once after ${mishap.name}`));
      if (mishap.opensAgain) await opensAgain(daemon, before);
      recorded.push(await device.record(`after ${mishap.name}`));
      for (const id of recorded) await device.untilHas(id);
    });
  }
  assert.equal(await device.stopDaemon(), 0, daemon.output());
  await device.look(({ log, maintenance }) => {
    assert.deepEqual(maintenance.quickCheck(), []);
    assert.deepEqual(recorded.filter((id) => !log.has(id)), []);
  });
});

const AGAIN = "The history is open again";

function occurrences(daemon: Child): number {
  return daemon.output().split(AGAIN).length - 1;
}

async function opensAgain(daemon: Child, before: number): Promise<void> {
  await daemon.line(() => occurrences(daemon) > before);
}
