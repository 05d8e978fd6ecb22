/** What two devices say to each other. How it is written stands in `wire/v2/`. */
import type { Bucket, Mark, Name } from "./digest.ts";
import type { Item, Week } from "./item.ts";

/** The first frame on a control stream, and again whenever the floor changes. */
export interface Hello {
  readonly type: "hello";
  /** Names the store file; for people and logs, no rule reads it. */
  readonly store: string;
  /** What the sender keeps. */
  readonly floor: Week;
  /** Names of states that the sender once shared with somebody, newest first. */
  readonly bases: readonly Name[];
  /** The hash it uses; another one cannot be compared with. */
  readonly hash: string;
  /** Whose history it says it is; for people and logs, no rule reads it: the swarm key decides. */
  readonly user: string;
  /** Its program and version, for people. */
  readonly app: string;
  /** The name of the device, for people; those before it was told are silent. */
  readonly device?: string | undefined;
}

/** The state of the sender. */
export interface Tick {
  readonly type: "tick";
  /** The floor that the names are compared above. */
  readonly floor: Week;
  readonly name: Name;
  /** A state of the receiver that the sender contains. */
  readonly ack?: Name | undefined;
  /** Items that the sender gained since the best base shared with the receiver. */
  readonly cost: number;
}

/** New items, sent at once. */
export interface Live {
  readonly type: "live";
  readonly floor: Week;
  /** The state of the sender after them; left out while it is being filled. */
  readonly name?: Name | undefined;
  /** Tags of the devices that get them from somebody anyway. */
  readonly cover: readonly number[];
  readonly items: readonly Item[];
}

/** An orderly end. */
export interface Bye {
  readonly type: "bye";
  readonly code: string;
  readonly text: string;
}

/** A command that somebody wants to find first. */
export interface Pinned {
  /** 32 hex digits, drawn when it was pinned: to pin it again is another pin. */
  readonly id: string;
  readonly command: string;
  /** When it was pinned, in ms since 1970: pins are listed in this order, and no rule reads it. */
  readonly atMs: number;
}

/** Pins, which stand beside the set of items and are part of no name. */
export interface Pins {
  readonly type: "pins";
  readonly on: readonly Pinned[];
  /** Ids of pins that were taken away. */
  readonly off: readonly string[];
}

/** A frame of a control stream. */
export type ControlFrame = Hello | Tick | Live | Bye | Pins;

/** What is compared of one bucket: the digest of all of it. */
export interface BucketState extends Bucket {
  readonly mark: Mark;
}

/** Marks of items in one bucket. */
export interface BucketMarks extends Bucket {
  readonly marks: readonly Mark[];
}

/** Asks for what the sender lacks, saying what it has gained since a base. */
export interface Sync {
  readonly type: "sync";
  readonly floor: Week;
  /** The state of the sender. */
  readonly current: Name;
  /** The base that both are thought to share. */
  readonly base: Name;
  /** 0; 1 if no base is to be trusted; 2 if short marks are not either. */
  readonly level: number;
  /** Every bucket touched since the base. */
  readonly buckets?: readonly BucketState[] | undefined;
  /** Or, if there are few, the marks of all items gained since. */
  readonly marks?: readonly BucketMarks[] | undefined;
}

/** Buckets that differ: the responder needs the marks of the initiator's items there. */
export interface Need {
  readonly type: "need";
  readonly buckets: readonly Bucket[];
}

/** Those marks; a bucket may go on in the next frame. */
export interface Ids {
  readonly type: "ids";
  readonly marks: readonly BucketMarks[];
  /** Whether no more follow. */
  readonly last: boolean;
}

/** What the responder lacks. */
export interface Want {
  readonly type: "want";
  /** Whole buckets, as far as gained since the base. */
  readonly buckets: readonly Bucket[];
  /** Places in the initiator's marks, counted over all its frames. */
  readonly places: readonly number[];
}

/** Items. */
export interface Batch {
  readonly type: "batch";
  readonly items: readonly Item[];
}

/** Why an exchange could not be served. */
export type Refusal = "nobase" | "floor" | "busy" | "invalid";

/** The end of what one side sends in an exchange. */
export interface End {
  readonly type: "end";
  /** The state that the receiver contains now. */
  readonly name: Name;
  /** Items sent. */
  readonly sent: number;
  readonly refusal?: Refusal | undefined;
  /** With `nobase`: the names that the sender does know. */
  readonly bases?: readonly Name[] | undefined;
}

/** A frame of an exchange stream. */
export type ExchangeFrame = Sync | Need | Ids | Want | Batch | End;

/** Any frame. */
export type Frame = ControlFrame | ExchangeFrame;
