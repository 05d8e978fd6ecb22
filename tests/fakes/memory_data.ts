/** What {@linkcode import("./memory_items.ts").MemoryItems} keeps. */
import type { Name } from "../../src/named/digest.ts";
import { type Facts, isAbove, type Item, weekOf } from "../../src/named/item.ts";
import type { Base, Seq, Span } from "../../src/named/store.ts";
import type { StoredDigest } from "./memory_digests.ts";

/** What is kept of one id. */
export interface Held {
  readonly facts: Facts;
  readonly seq: Seq;
  /** `undefined` if it was deleted on this device only. */
  readonly item: Item | undefined;
  /** Whether the digests account for it. */
  readonly counted: boolean;
  /** What the digests account for instead, until this is absorbed. */
  readonly before: Facts | undefined;
}

/** All of it, as a backup would hold it. */
export interface MemoryData {
  records: Map<string, Held>;
  digests: Map<string, StoredDigest>;
  bases: Base[];
  pins: Map<string, Name>;
  counter: Seq;
  absorbed: Seq;
  floor: number;
  dirty: boolean;
}

/** A copy that changes by itself. */
export function copyOf(data: MemoryData): MemoryData {
  return {
    ...data,
    records: new Map(data.records),
    digests: new Map(Array.from(data.digests, ([key, stored]) => [key, { ...stored }])),
    bases: [...data.bases],
    pins: new Map(data.pins),
  };
}

/** Whether the record is one of those that are asked for. */
export function isWithin({ facts, seq }: Held, span: Span): boolean {
  switch (span.kind) {
    case "seqs":
      return span.seqs.includes(seq);
    case "range":
      return seq > span.after && seq <= span.upTo && isAbove(weekOf(facts), span.floor);
    case "week":
      return weekOf(facts) === span.week && seq > span.after && seq <= span.upTo &&
        (span.devices?.has(facts.deviceId) ?? true);
  }
}
