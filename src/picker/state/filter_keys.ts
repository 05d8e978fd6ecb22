/** What the keys that narrow the list make of a filter. */
import { type Scope, SCOPES } from "./scope.ts";
import type { Filter } from "./state.ts";

/** The scope after a key. The key of the one that is on turns it off; `next` goes round. */
export function nextScope({ scope }: Filter, wanted: Scope | "next"): Scope {
  if (wanted === "next") return oneAfter(SCOPES, scope);
  return wanted === scope ? "all" : wanted;
}

/** Which runs after a key: one kind at a time, and the key of the one that is on turns it off. */
export function only(
  kind: "okOnly" | "failedOnly",
  filter: Filter,
): { readonly okOnly: boolean; readonly failedOnly: boolean } {
  return { okOnly: false, failedOnly: false, [kind]: !filter[kind] };
}

/** The one that follows in the list, the first one after the last. */
export function oneAfter<T>(all: readonly T[], current: T): T {
  return all[(all.indexOf(current) + 1) % all.length]!;
}
