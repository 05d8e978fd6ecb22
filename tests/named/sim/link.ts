/** A way between two devices. */
import type { ExchangeId } from "../../../src/named/effects.ts";
import type { Device } from "./world.ts";

/** A connection. What one side writes to a stream arrives in order, or not at all. */
export class Link {
  readonly ends: readonly [Device, Device];
  readonly latency: number;
  open = true;
  /** When the last thing that was sent arrives, for each direction. */
  readonly arrivals: [number, number] = [0, 0];
  /** The other side's number of an exchange. */
  readonly exchanges = new Map<string, ExchangeId>();

  constructor(ends: readonly [Device, Device], latency: number) {
    this.ends = ends;
    this.latency = latency;
  }
}
