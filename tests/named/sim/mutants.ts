/** Rules of protocol 2, broken on purpose: a simulator that does not notice is blind. */

/** One broken rule. */
export interface Mutant {
  readonly rule: string;
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly from: string;
  readonly to: string;
}

const TURN = "src/named/turn.ts";
const STORE = "tests/fakes/memory_items.ts";

/** All of them. */
export const MUTANTS: readonly Mutant[] = [
  {
    rule: "bases kept when the floor is lowered",
    file: STORE,
    from: "      this.rebuild();\n      this.wipeBases();\n    }\n  }\n\n  /** Another program",
    to: "      this.rebuild();\n    }\n  }\n\n  /** Another program",
  },
  {
    rule: "base used below its floor",
    file: TURN,
    from: "peer.bases.has(base.name) && base.floor <= floor",
    to: "peer.bases.has(base.name)",
  },
  {
    rule: "items below the own floor accepted",
    file: STORE,
    from: "    if (!isAbove(weekOf(facts), this.floor)) return this.#supersede(mine);\n",
    to: "",
  },
  {
    rule: "digest ignores the state",
    file: "src/named/digest.ts",
    from: "const { id, deviceId, dead } = facts;",
    to: "const { id, deviceId } = facts;\n  const dead = false;",
  },
  {
    rule: "no contradiction check",
    file: "src/named/control.ts",
    from: "if (ack === mine) contradict(turn, peer);",
    to: "void ack, contradict;",
  },
  {
    rule: "base saved at the present number for a past state",
    file: "src/named/control.ts",
    from: "    // It is behind us, and may not know",
    to: "    turn.store.saveBase({ name, floor, seq: turn.store.head() }, [peer.id]);\n    // ",
  },
  {
    rule: "what the other side has is taken for an id without its state",
    file: "src/named/compare.ts",
    from: "if (unlisted.delete(mark) || gone.has(mark)) continue;",
    to: "for (const own of found.listing!.own) if (own.twin === mark) unlisted.delete(own.mark);" +
      "\n    if (unlisted.delete(mark) || gone.has(mark)) continue;",
  },
  {
    rule: "a tombstone keeps the number of its entry",
    file: STORE,
    from: "this.#put({ facts, seq: ++this.data.counter, item, counted: false, before });",
    to: "this.#put({ facts, seq: known.seq, item, counted: false, before });",
  },
  {
    rule: "a tombstone is ignored where the entry is",
    file: "src/named/item.ts",
    from: "if (one.dead !== other.dead) return one.dead;",
    to: "if (one.dead !== other.dead) return false;",
  },
  {
    rule: "of two bodies, the one that was there first wins",
    file: "src/named/item.ts",
    from:
      "if (one.ts !== other.ts) return one.ts < other.ts;\n  return one.deviceId < other.deviceId;",
    to: "return false;",
  },
  {
    rule: "an item that loses is not answered",
    file: "src/named/live.ts",
    from: "for (let at = 0; at < items.length; at += LIVE_ITEMS) {",
    to: "for (let at = 0; at < 0 * items.length; at += LIVE_ITEMS) {",
  },
  {
    rule: "a foreign delete goes unnoticed",
    file: STORE,
    from: "    this.data.dirty = true;\n",
    to: "",
  },
  {
    rule: "what was deleted here only counts for ever",
    file: "src/named/transfer.ts",
    from: "    for (const mine of page.held) apart.noteAsked(mine, floor);\n",
    to: "    void [apart, floor];\n",
  },
  {
    rule: "a base hides what two devices have apart",
    file: TURN,
    from: "const peers = equal.filter(({ apart }) => apart.size === 0);",
    to: "const peers = equal;",
  },
  {
    rule: "another body of what was deleted here only is not noted",
    file: "src/named/transfer.ts",
    from: "      peer.apart.note(difference, floor);\n",
    to: "",
  },
  {
    rule: "what has come in since stays apart",
    file: TURN,
    from: "for (const { id } of gained) apart.forget(id);",
    to: "void gained, apart;",
  },
  {
    rule: "what has ended an item is not passed on",
    file: "src/named/live.ts",
    from: "if (peer !== from && peer.hello !== undefined) answer(turn, peer, items);",
    to: "void from, items, peer;",
  },
  {
    rule: "a dropped live frame is forgotten",
    file: "src/named/control.ts",
    from: "export function onDropped(turn: Turn, peer: Peer): void {\n  peer.told = undefined;",
    to: "export function onDropped(turn: Turn, peer: Peer): void {\n  peer.tickAt = Infinity;",
  },
  {
    rule: "a lost item does not distrust the past",
    file: TURN,
    from: "if (shrank) distrust(turn);",
    to: "if (false) distrust(turn);",
  },
];
