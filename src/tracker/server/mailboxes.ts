/** Mailboxes for pairing: four slots for a few minutes, in memory. Nobody here can read what is in them. */
import type { Clock } from "../../base/clock.ts";

/** The slots, in the order in which a pairing fills them: two messages of each side. */
export const SLOTS = ["hello", "answer", "offer", "reply"] as const;
/** One of {@linkcode SLOTS}. */
export type Slot = typeof SLOTS[number];

/** Largest message. */
export const MAX_SLOT_BYTES = 4_096;
/** How long a mailbox lives: as long as a code. */
export const MAILBOX_LIFE_MS = 10 * 60_000;
/** Mailboxes at one time: 4 MiB if all are full, and more pairings than a shared tracker sees. */
const MAX_MAILBOXES = 256;
/** Largest number of a mailbox. */
export const MAX_MAILBOX_NUMBER = 999;

/**
 * What became of a message:
 * - `taken`: the slot holds another message, or the number belongs to somebody else
 * - `missing`: there is no such mailbox, or none any more
 * - `full`: too many mailboxes are open
 */
export type Posted = "stored" | "taken" | "missing" | "full";

interface Mailbox {
  readonly openedAt: number;
  readonly hostKey: string;
  guestKey: string | undefined;
  readonly slots: Map<Slot, Uint8Array>;
}

/**
 * Invariants: a slot that was filled never changes; the host fills `hello` and `offer`, and the first
 * who answers is the guest and alone fills `reply`, each known by a key of their own making.
 */
export class Mailboxes {
  readonly #clock: Clock;
  readonly #boxes = new Map<number, Mailbox>();
  readonly #most: number;

  /** `most` is lowered by tests. */
  constructor(clock: Clock, most: number = MAX_MAILBOXES) {
    this.#clock = clock;
    this.#most = most;
  }

  /** Open mailboxes. */
  get size(): number {
    this.#expire();
    return this.#boxes.size;
  }

  /** Fills a slot; the same message again is no error, since an answer may have been lost. */
  post(number: number, slot: Slot, key: string, message: Uint8Array): Posted {
    this.#expire();
    const box = this.#boxes.get(number);
    if (slot === "hello" && box === undefined) return this.#open(number, key, message);
    if (box === undefined) return "missing";
    if (slot === "answer") box.guestKey ??= key;
    const owner = slot === "hello" || slot === "offer" ? box.hostKey : box.guestKey;
    if (owner !== key) return "taken";
    const there = box.slots.get(slot);
    if (there !== undefined) return isSame(there, message) ? "stored" : "taken";
    box.slots.set(slot, message);
    return "stored";
  }

  /** The message of a slot; `"empty"` if it is still to come. */
  read(number: number, slot: Slot): Uint8Array | "empty" | "missing" {
    this.#expire();
    const box = this.#boxes.get(number);
    return box === undefined ? "missing" : box.slots.get(slot) ?? "empty";
  }

  /** Throws the mailbox away; only its host may. */
  close(number: number, key: string): boolean {
    this.#expire();
    return this.#boxes.get(number)?.hostKey === key && this.#boxes.delete(number);
  }

  #open(number: number, hostKey: string, message: Uint8Array): Posted {
    if (this.#boxes.size >= this.#most) return "full";
    const slots = new Map<Slot, Uint8Array>([["hello", message]]);
    const openedAt = this.#clock.monotonic();
    this.#boxes.set(number, { openedAt, hostKey, guestKey: undefined, slots });
    return "stored";
  }

  /** Mailboxes stand in the order in which they were opened. */
  #expire(): void {
    const now = this.#clock.monotonic();
    for (const [number, { openedAt }] of this.#boxes) {
      if (now - openedAt <= MAILBOX_LIFE_MS) return;
      this.#boxes.delete(number);
    }
  }
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, i) => byte === right[i]);
}
