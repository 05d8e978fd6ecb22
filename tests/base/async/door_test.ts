import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { type Door, keepOpen, NoWayError } from "../../../src/base/async/door.ts";
import { serverDoor } from "../../../src/base/async/server_door.ts";
import type { PartState } from "../../../src/base/async/supervise.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { RecordingLogger } from "../../fakes/recording_logger.ts";

class FakeDoor implements Door {
  readonly name = "listener at nowhere";
  isDeaf = false;
  isFull = false;
  hasNoWay = false;
  knocks = 0;
  reopened = 0;
  cameIn = 0;

  comings(): number {
    return this.cameIn;
  }

  knock(): Promise<void> {
    this.knocks++;
    if (this.isFull) return Promise.reject(new Error("EMFILE"));
    if (this.hasNoWay) return Promise.reject(new NoWayError("EADDRNOTAVAIL"));
    if (!this.isDeaf) this.cameIn++;
    return Promise.resolve();
  }

  reopen(): Promise<void> {
    this.reopened++;
    if (this.isFull) return Promise.reject(new Error("EMFILE"));
    this.isDeaf = false;
    return Promise.resolve();
  }
}

async function watched(
  act: (lab: {
    readonly door: FakeDoor;
    readonly logger: RecordingLogger;
    readonly states: PartState[];
    readonly pass: (ms: number) => Promise<void>;
  }) => Promise<void>,
): Promise<void> {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const door = new FakeDoor();
  const states: PartState[] = [];
  const stop = new AbortController();
  const onState = (state: PartState) => void states.push(state);
  const done = keepOpen(door, { clock, logger, onState }, stop.signal);
  const pass = async (ms: number): Promise<void> => {
    for (const end = clock.monotonic() + ms; clock.monotonic() < end;) {
      await clock.untilSleeping();
      await clock.advanceToNext();
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    }
  };
  await act({ door, logger, states, pass });
  stop.abort();
  await done;
}

Deno.test("keepOpen() knocks only where nobody has come by himself", () =>
  watched(async ({ door, pass }) => {
    await pass(20_000);
    const knocks = door.knocks;
    assert.equal(knocks, 2);
    door.cameIn++;
    await pass(10_000);
    assert.equal(door.knocks, knocks);
  }));

Deno.test("keepOpen() opens a deaf door anew after a few seconds, and says so once", () =>
  watched(async ({ door, logger, states, pass }) => {
    door.isDeaf = true;
    await pass(15_000);
    assert.equal(door.reopened, 1);
    await pass(15_000);
    assert.equal(door.reopened, 1);
    assert.equal(logger.matching("is opened anew").length, 1);
    assert.equal(logger.matching("takes connections again").length, 1);
    assert.deepEqual(states.at(-1), { name: door.name, failures: 0, error: undefined });
  }));

Deno.test("keepOpen() tries on while descriptors are used up, without a line each time", () =>
  watched(async ({ door, logger, states, pass }) => {
    door.isFull = true;
    await pass(120_000);
    assert.ok(states.at(-1)!.failures > 50);
    assert.equal(states.at(-1)!.error, "EMFILE");
    door.isFull = false;
    door.isDeaf = true;
    await pass(10_000);
    assert.deepEqual(states.at(-1), { name: door.name, failures: 0, error: undefined });
    assert.equal(logger.matching("is opened anew").length, 1);
  }));

Deno.test("keepOpen() takes a door to which this machine has no way itself for open", () =>
  watched(async ({ door, logger, states, pass }) => {
    door.hasNoWay = true;
    await pass(60_000);
    assert.equal(door.reopened, 0);
    assert.deepEqual(states, []);
    assert.deepEqual(logger.events, []);
  }));

for (const code of ["EADDRNOTAVAIL", "EINVAL", "ECONNREFUSED"]) {
  const isOff = code !== "ECONNREFUSED";
  Deno.test(`serverDoor(): ${code} at loopback means ${isOff ? "no way" : "a shut door"}`, async () => {
    const socket = Object.assign(new EventEmitter(), { destroy: () => {} });
    const door = serverDoor(new EventEmitter(), "listener", () => socket, () => Promise.resolve());
    const knocked = door.knock(new AbortController().signal);
    socket.emit("error", Object.assign(new Error(code), { code, address: "::1" }));
    await assert.rejects(knocked, (error) => error instanceof NoWayError === isOff);
  });
}
