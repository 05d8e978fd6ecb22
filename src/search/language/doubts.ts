/** What a query that found nothing may have been meant to say. */
import { quoted } from "../../base/printable.ts";
import { mostSimilar } from "../../base/similar.ts";
import { filterOf, FILTERS, type QueryPlace } from "./filters.ts";

/** One word that may not mean what it was meant to. */
export type Doubt =
  /** It begins like a filter and was looked for as text; `takes` is what the filter understands. */
  | { readonly kind: "text"; readonly word: string; readonly takes: string }
  /** As before, for a name that no filter has. */
  | { readonly kind: "name"; readonly word: string; readonly meant: string }
  /** Of which nobody may have heard. */
  | { readonly kind: "host"; readonly host: string; readonly negated: boolean };

const NAMES = FILTERS.flatMap(({ names }) => names);

/** The doubts about the words of a command line. */
export function doubtsOf(words: readonly string[], place: QueryPlace): Doubt[] {
  const end = words.indexOf("--");
  const before = end < 0 ? words : words.slice(0, end);
  return before.flatMap((word): readonly Doubt[] => {
    const [, name = "", value = ""] = /^!?([A-Za-z]+):(.*)$/s.exec(word) ?? [];
    if (name === "" || value.startsWith("//")) return [];
    const found = filterOf(word, place);
    if (found !== undefined) {
      const { hostname } = found.filter;
      return hostname === undefined || value === "" || value === "."
        ? []
        : [{ kind: "host", host: hostname, negated: found.negated }];
    }
    const kind = FILTERS.find(({ names }) => names.includes(name));
    if (kind !== undefined) return [{ kind: "text", word, takes: kind.help }];
    const meant = mostSimilar(name, NAMES);
    return meant === undefined ? [] : [{ kind: "name", word, meant: `${meant}:` }];
  });
}

/** What is known of hosts; asked only where a doubt is about one. */
export interface KnownHosts {
  /** Whether there is a command of it. */
  has(host: string): boolean;
  /** Hosts to choose from, the usual one first. */
  names(): readonly string[];
}

/** Hosts that a sentence names; more is nothing that a person reads. */
const MOST_HOSTS = 8;

/** A doubt for people; `undefined` if it is none after all. */
export function sentenceOf(doubt: Doubt, hosts: KnownHosts): string | undefined {
  switch (doubt.kind) {
    case "text":
      return `${quoted(doubt.word)} was looked for as text: the filter takes "${doubt.takes}"`;
    case "name":
      return `${quoted(doubt.word)} was looked for as text; is ${doubt.meant} meant?`;
    case "host":
      return hosts.has(doubt.host) ? undefined : hostSentence(doubt.host, hosts.names());
  }
}

function hostSentence(host: string, known: readonly string[]): string {
  const meant = known.find((one) => isSameMachine(one, host)) ?? mostSimilar(host, known);
  const rest = meant !== undefined
    ? `is ${meant} meant?`
    : known.length === 0
    ? "no host is known"
    : `there are ${known.slice(0, MOST_HOSTS).join(", ")}`;
  return `no command of the host ${quoted(host)} is known; ${rest}`;
}

/** One name with its domain, the other without, or in other letters. */
function isSameMachine(a: string, b: string): boolean {
  const [one, other] = [a.toLowerCase(), b.toLowerCase()];
  return one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`);
}
