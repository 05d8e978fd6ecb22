/** What taking in one item means, given what is there. Pure: the caller reads and writes. */
import {
  beats,
  type Facts,
  factsOf,
  isAbove,
  type Item,
  type Week,
  weekOf,
} from "../../named/item.ts";

/** What is known here of the id of an item. */
export type Known =
  | { readonly as: "nothing" }
  /** An entry or a tombstone, and whether the digests account for it. */
  | { readonly as: "entry" | "tombstone"; readonly facts: Facts }
  /** Deleted on this device only. */
  | { readonly as: "held"; readonly facts: Facts; readonly counted: boolean };

/** What is to be done. */
export type Step =
  | { readonly do: "nothing" }
  /** Store it in place of what is there; `moves` if it leaves a week that may be compared alone. */
  | { readonly do: "store"; readonly moves: boolean }
  /** Count it as there, without its body. */
  | { readonly do: "hold" }
  /** It is below the floor, but what it beats has to go. */
  | { readonly do: "drop" }
  /** What is here wins, and its sender may not hear of it otherwise. */
  | { readonly do: "answer" };

/** Decides. */
export function stepFor(item: Item, known: Known, floor: Week): Step {
  const facts = factsOf(item);
  const isKept = isAbove(weekOf(facts), floor);
  if (known.as === "nothing") return isKept ? { do: "store", moves: false } : { do: "nothing" };
  if (known.as === "held" && !facts.dead) {
    if (!isKept) return { do: "nothing" };
    const isBetter = !sameHash(facts, known.facts) && beats(facts, known.facts);
    return known.counted && !isBetter ? { do: "nothing" } : { do: "hold" };
  }
  if (beats(facts, known.facts)) {
    if (!isKept) return { do: "drop" };
    return { do: "store", moves: !facts.dead && weekOf(facts) !== weekOf(known.facts) };
  }
  const isElsewhere = weekOf(facts) !== weekOf(known.facts) && beats(known.facts, facts);
  return { do: isElsewhere ? "answer" : "nothing" };
}

function sameHash(one: Facts, other: Facts): boolean {
  return weekOf(one) === weekOf(other) && one.deviceId === other.deviceId;
}
