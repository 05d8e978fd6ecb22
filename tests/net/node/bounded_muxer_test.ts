import type { MessageStream, StreamMuxerFactory } from "@libp2p/interface";
import assert from "node:assert/strict";
import { BoundedMuxers } from "../../../src/net/node/bounded_muxer.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { frame, TYPE } from "./_frames.ts";

/** A multiplexer that does nothing, as far as it is used. */
class IdleLine {
  readonly streams: { readBufferLength: number }[] = [];
  readonly muxer: { onData(bytes: Uint8Array): void };
  why: string | undefined;

  constructor(muxers: BoundedMuxers) {
    const connection = { addEventListener(): void {}, abort(): void {}, send: () => true };
    const abort = ({ message }: Error): void => void (this.why = message);
    const muxer = { status: "open", streams: this.streams, abort, onData(): void {} };
    const factory = { createStreamMuxer: () => ({ ...muxer, onRemoteStream(): void {} }) };
    const made = muxers.bound(factory as unknown as StreamMuxerFactory);
    this.muxer = made.createStreamMuxer(connection as unknown as MessageStream) as never;
  }
}

Deno.test("what lies about unread is bounded over all peers, and who has most of it goes", () => {
  const bounds = { clock: new FakeClock(), mostFrameBytes: 1 << 20, onTooMuch(): void {} };
  const muxers = new BoundedMuxers(bounds);
  const lines = Array.from({ length: 40 }, () => new IdleLine(muxers));
  // All but the last byte of a large frame from each, and from one of them more.
  lines[5]!.streams.push({ readBufferLength: 100_000 });
  const torn = frame(TYPE.data, 0, 1, 1 << 20).subarray(0, -1);
  for (const { muxer } of lines.slice(0, 31)) muxer.onData(torn);
  assert.deepEqual(lines.map(({ why }) => why).filter(Boolean), []);
  for (const { muxer } of lines.slice(31, 33)) muxer.onData(torn);
  assert.match(lines[5]!.why ?? "", /^The peer has 1148575 bytes wait here/);
  assert.equal(lines.filter(({ why }) => why).length, 1);
});
