/** A device whose engine watches, for the tests of the engine. */
import assert from "node:assert/strict";
import { yieldToLoop } from "../../src/base/async/yield_to_loop.ts";
import type { WatchOptions } from "../../src/sync/options.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { Device, type DeviceOptions } from "./_device.ts";

export const MINUTE = 60_000;

/** Lets everything happen that waits for no time to pass. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await yieldToLoop();
}

/** A device whose engine watches, on a clock that is wound by hand. */
export class Watching {
  readonly clock: FakeClock;
  readonly stop = new AbortController();
  readonly near: Device;
  #running: Promise<void> | undefined;

  constructor(options: DeviceOptions = {}) {
    this.clock = options.clock ?? new FakeClock();
    this.near = new Device("near", { ...options, clock: this.clock });
  }

  peer(name: string): Device {
    const far = new Device(name, { clock: this.clock });
    this.near.knows(far);
    return far;
  }

  async start(options: Partial<WatchOptions> = {}): Promise<void> {
    this.#running = this.near.engine.watch({ intervalMs: MINUTE, ...options }, this.stop.signal);
    await settle();
  }

  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await settle();
  }

  /** Aborts; the watch must end without any time passing. */
  async end(): Promise<void> {
    this.stop.abort(new Error("bye"));
    await this.#running;
    assert.equal(this.clock.sleeping, 0, "nothing sleeps on");
  }

  get rounds(): number {
    return this.near.seen("round-done").length;
  }

  dials(far: Device): number {
    return this.near.dialer.dials.get(far.peer) ?? 0;
  }
}

export async function step(clock: FakeClock): Promise<void> {
  await clock.advance(100);
  await yieldToLoop();
}
