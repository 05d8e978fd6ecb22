/** Two devices, of which one pulls from the other, for the tests of pulling. */
import { RrError } from "../../../src/base/rr_error.ts";
import type { LongWriter } from "../../../src/sync/ports.ts";
import type { AppendResult } from "../../../src/swarm/log.ts";
import type { PullReply, PullRequest } from "../../../src/swarm/messages.ts";
import type { SyncReport } from "../../../src/sync/report.ts";
import { ScriptedService } from "../../contracts/peer_link.ts";
import { drive } from "../../fakes/drive.ts";
import { MemoryLink } from "../../fakes/memory_link.ts";
import { Device, type DeviceOptions } from "../_device.ts";

export const DAY_MS = 24 * 3_600_000;

/** A device that knows another one. */
export class Pair {
  readonly near: Device;
  readonly far: Device;

  constructor(options: DeviceOptions = {}) {
    this.near = new Device("near", options);
    this.far = new Device("far", { clock: this.near.clock });
    this.near.knows(this.far);
  }

  round(): Promise<SyncReport> {
    return drive(this.near.clock, this.near.engine.runRound());
  }

  /** The pull requests over the link that is open. */
  get asked(): PullRequest[] {
    const link = this.near.dialer.links.get(this.far.peer);
    return (link?.requests ?? []).map((one) => one.request as PullRequest);
  }

  /** The far peer drops its connections and comes back, as a restarted program. */
  reconnect(): void {
    this.near.dialer.links.get(this.far.peer)?.break();
  }
}

/** A writer that stores when it is asked for room, one answer late. */
export class SlowWriter implements LongWriter {
  readonly stored: number[] = [];
  ended = false;
  readonly #device: Device;
  readonly #failsAt: number;
  #waiting: (() => void)[] = [];

  constructor(device: Device, failsAt = Infinity) {
    this.#device = device;
    this.#failsAt = failsAt;
  }

  appendPulled(
    ...[peer, entries, state]: Parameters<LongWriter["appendPulled"]>
  ): Promise<AppendResult> {
    const { promise, resolve, reject } = Promise.withResolvers<AppendResult>();
    this.#waiting.push(() => {
      if (state.cursor >= this.#failsAt) return reject(new RrError("database", "disk full"));
      this.stored.push(state.cursor);
      resolve(this.#device.history.appendPulled(peer, entries, state));
    });
    return promise;
  }

  room(): Promise<void> {
    if (this.#waiting.length > 1) this.#waiting.shift()!();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const store of this.#waiting.splice(0)) store();
    this.ended = true;
    return Promise.resolve();
  }
}

/** Pulls from a peer that gives this answer, then has nothing more. */
export function pullOnce(near: Device, reply: PullReply): Promise<SyncReport> {
  const far = new Device("far");
  near.manual.push(far.record);
  near.dialer.reach(far.peer, () => {
    const link = new MemoryLink({
      peer: far.peer,
      service: new ScriptedService(),
      clock: near.clock,
    });
    link.pull = ({ cursor }) =>
      Promise.resolve(cursor === 0 ? reply : { entries: [], nextCursor: null });
    return link;
  });
  return drive(near.clock, near.engine.runRound());
}
