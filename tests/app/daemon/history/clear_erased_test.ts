/** What was deleted elsewhere leaves the file, however often it takes. */
import assert from "node:assert/strict";
import { clearErased } from "../../../../src/app/daemon/history/clear_erased.ts";
import { RrError } from "../../../../src/base/rr_error.ts";
import { FakeClock } from "../../../fakes/fake_clock.ts";
import { FakeWorld } from "../../../fakes/fake_world.ts";
import { RecordingLogger } from "../../../fakes/recording_logger.ts";

const PATH = "/var/history.db";

Deno.test("clearErased() waits for the last of a group, and starts one process for all", async () => {
  using lab: Lab = new Lab((): boolean => lab.started === 0);
  for (let i = 0; i < 5; i++) {
    lab.clear();
    await lab.clock.advance(1_500);
  }
  assert.equal(lab.started, 0);
  await lab.clock.advance(500);
  assert.equal(lab.started, 1);
  await lab.clock.advance(3_600_000);
  assert.equal(lab.started, 1);
});

Deno.test("clearErased() tries again, ever more rarely, until nothing is left to clear", async () => {
  let due = true;
  using lab = new Lab(() => due);
  lab.clear();
  await lab.clock.advance(2_000);
  for (const [pause, count] of [[30_000, 2], [60_000, 3], [120_000, 4]] as const) {
    await lab.clock.advance(pause - 1);
    assert.equal(lab.started, count - 1);
    await lab.clock.advance(1);
    assert.equal(lab.started, count);
  }
  due = false;
  await lab.clock.advance(3_600_000);
  assert.equal(lab.started, 4);
});

Deno.test("clearErased() takes a history that cannot be asked for one that owes it", async () => {
  let asked = 0;
  using lab = new Lab(() => {
    if (asked++ < 2) throw new RrError("busy", "locked");
    return false;
  });
  lab.clear();
  await lab.clock.advance(2_000);
  await lab.clock.advance(30_000);
  await lab.clock.advance(3_600_000);
  assert.equal(lab.started, 2);
});

Deno.test("clearErased() tells of a fault that ends it, and of no stop", async () => {
  using lab = new Lab(() => {
    throw new TypeError("no such method");
  });
  lab.clear();
  await lab.clock.advance(2_000);
  assert.equal(lab.logger.matching("Stopped clearing").length, 1);
  lab.clear();
  lab.stop.abort(new Error("the session ends"));
  await lab.clock.advance(2_000);
  assert.equal(lab.logger.matching("Stopped clearing").length, 1);
});

Deno.test("clearErased() starts nothing where nothing is due", async () => {
  using lab = new Lab(() => false);
  lab.clear();
  await lab.clock.advance(3_600_000);
  assert.equal(lab.started, 0);
});

Deno.test("clearErased() starts nothing once its signal is aborted, and leaves no timer", async () => {
  using lab = new Lab(() => true);
  lab.clear();
  await lab.clock.advance(2_000);
  lab.stop.abort(new Error("the session ends"));
  lab.clear();
  await lab.clock.advance(3_600_000);
  assert.equal(lab.started, 1);
  assert.equal(lab.clock.sleeping, 0);
});

class Lab implements Disposable {
  readonly clock = new FakeClock();
  readonly world = new FakeWorld({ clock: this.clock });
  readonly stop = new AbortController();
  readonly logger = new RecordingLogger();
  readonly clear: () => void;

  constructor(isDue: () => boolean) {
    const deps = { world: this.world, logger: this.logger, isDue };
    this.clear = clearErased(PATH, deps, this.stop.signal);
  }

  get started(): number {
    return this.world.started.length;
  }

  [Symbol.dispose](): void {
    this.stop.abort(new Error("the test is over"));
    this.world[Symbol.dispose]();
  }
}
