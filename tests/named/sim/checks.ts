/** What must be true of the devices, whatever happened to them: the invariants of the protocol. */
import { hashOf } from "../../../src/named/digest.ts";
import { nameFor } from "../../../src/named/turn.ts";
import { REST_MS } from "../../../src/named/need.ts";
import { beats, type Facts, isAbove, weekOf } from "../../../src/named/item.ts";
import { CONTAINED_NAMES, RING_NAMES } from "../../../src/named/state.ts";
import { MemoryItems } from "../../fakes/memory_items.ts";
import type { Device, SimWorld } from "./world.ts";

/** A promise that was broken. */
export class Broken extends Error {}

/** I1, I2, I3: all devices are equal, nothing is lost, what was deleted stays deleted. */
export function checkConverged(world: SimWorld, expected: Expected): void {
  const { devices } = world;
  checkLinks(world);
  for (const [i, one] of devices.entries()) {
    for (const other of devices.slice(i + 1)) {
      if (!world.isLinked(one, other)) checkTwins(one, other);
    }
    checkComplete(one, expected);
  }
}

/** I1, I2, I3 between neighbours: they agree, and neither lacks what the other can give. */
export function checkLinks({ links }: SimWorld): void {
  for (const { ends: [one, other] } of links) {
    const floor = Math.max(one.items.floor, other.items.floor);
    if (nameTold(one, other) !== nameTold(other, one)) throw differ(one, other, floor);
    checkGiven(one, other, floor);
    checkGiven(other, one, floor);
  }
}

function nameTold({ state, items }: Device, { peer }: Device): string {
  const turn = { state: state!, store: items, now: 0, out: [] };
  return nameFor(turn, state!.peers.get(peer)!);
}

// Two of one name are never connected, and in their runs everybody can give everything.
function checkTwins(one: Device, other: Device): void {
  const floor = Math.max(one.items.floor, other.items.floor);
  if (one.items.name(floor) !== other.items.name(floor)) throw differ(one, other, floor);
}

function differ(one: Device, other: Device, floor: number): Broken {
  const what = difference(one, other, floor);
  return new Broken(`I1: ${one.name} and ${other.name} differ above ${floor}: ${what}`);
}

function checkGiven(from: Device, to: Device, floor: number): void {
  for (const { facts, item, counted } of from.items.data.records.values()) {
    if (item === undefined || !counted || !isAbove(weekOf(facts), floor)) continue;
    const theirs = to.items.data.records.get(facts.id);
    const isHeld = theirs !== undefined && theirs.item === undefined && !facts.dead;
    if (isHeld || theirs !== undefined && !isLost(facts, theirs.facts)) continue;
    throw new Broken(`${facts.dead ? "I3" : "I2"}: ${to.name} lacks "${facts.id}" of ${from.name}`);
  }
}

function isLost(facts: Facts, theirs: Facts): boolean {
  return beats(facts, theirs) && hashOf(facts)[0] !== hashOf(theirs)[0];
}

/** What every device must have in the end. */
export interface Expected {
  /** The best state of every id, of those that somebody could have sent. */
  readonly best: ReadonlyMap<string, Facts>;
  /** Ids with a tombstone somewhere. */
  readonly dead: ReadonlySet<string>;
}

/** What is there now, and must be everywhere once all are connected. */
export function expectedOf(world: SimWorld): Expected {
  const best = new Map<string, Facts>();
  const dead = new Set<string>();
  const records = world.devices.flatMap(({ items }) =>
    [...items.data.records.values()].map((record) => ({ ...record, floor: items.floor }))
  ).filter(({ item }) => item !== undefined);
  for (const { facts } of records) {
    if (facts.dead) dead.add(facts.id);
    const other = best.get(facts.id);
    if (other === undefined || beats(facts, other)) best.set(facts.id, facts);
  }
  // What lies below the floor of all who have it is outside of all comparisons.
  const told = new Set(
    records.filter(({ facts, floor }) =>
      isAbove(weekOf(facts), floor) && !beats(best.get(facts.id)!, facts)
    ).map(({ facts }) => facts.id),
  );
  for (const id of best.keys()) if (!told.has(id)) best.delete(id);
  return { best, dead };
}

function checkComplete({ name, items }: Device, { best, dead }: Expected): void {
  for (const [id, facts] of best) {
    const mine = items.data.records.get(id);
    if (dead.has(id)) {
      if (mine === undefined || !mine.facts.dead) {
        throw new Broken(`I3: ${name} does not know that "${id}" was deleted`);
      }
    } else if (mine === undefined && isAbove(weekOf(facts), items.floor)) {
      throw new Broken(`I2: ${name} lacks "${id}" of week ${weekOf(facts)}`);
    }
  }
}

function difference(one: Device, other: Device, floor: number): string {
  const found: string[] = [];
  const ids = new Set([...one.items.data.records.keys(), ...other.items.data.records.keys()]);
  for (const id of ids) {
    const [a, b] = [one, other].map(({ items }) => {
      const record = items.data.records.get(id);
      if (!record?.counted || !isAbove(weekOf(record.facts), floor)) return "-";
      const { facts } = record;
      return `${facts.dead ? "T" : "E"}${weekOf(facts)}/${facts.deviceId}${record.item ? "" : "h"}`;
    });
    if (a !== b) found.push(`${id}: ${a} ${b}`);
  }
  return found.slice(0, 4).join(", ");
}

/** I4: the digests are those of the items. */
export function checkDigests({ name, items }: Device): void {
  const anew = new MemoryItems();
  anew.restore(items.data);
  if (items.data.dirty) return;
  const { floor } = items;
  const before = items.name(floor);
  const pending = [...anew.data.records.values()].filter(({ before }) => before !== undefined);
  if (pending.length > 0) return;
  anew.rebuild();
  if (anew.name(floor) !== before) throw new Broken(`I4: the digests of ${name} are wrong`);
}

/** I5: two devices with the same base share what is older on either. */
export function checkBases(world: SimWorld): void {
  for (const one of world.devices) {
    for (const other of world.devices) {
      if (one === other || one.items.data.dirty || other.items.data.dirty) continue;
      for (const base of one.items.bases()) {
        const same = other.items.bases().find(({ name }) => name === base.name);
        if (same !== undefined) checkBase(one, other, base.seq, Math.max(base.floor, same.floor));
      }
    }
  }
}

function checkBase(one: Device, other: Device, seq: number, baseFloor: number): void {
  const floor = Math.max(one.items.floor, other.items.floor, baseFloor);
  for (const [id, { facts, seq: at, counted, item }] of one.items.data.records) {
    if (at > seq || !counted || item === undefined || !isAbove(weekOf(facts), floor)) continue;
    const theirs = other.items.data.records.get(id);
    if (theirs === undefined || isLost(facts, theirs.facts)) {
      throw new Broken(
        `I5: ${other.name} lacks "${id}", which it shares with ${one.name}: ${
          JSON.stringify([facts, at, seq, theirs, one.items.floor, other.items.floor, baseFloor])
        }`,
      );
    }
  }
}

/** I9: numbers grow and none is used twice. */
export function checkSeqs({ name, items }: Device): void {
  const seen = new Set<number>();
  for (const { seq } of items.data.records.values()) {
    if (seen.has(seq) || seq > items.data.counter) {
      throw new Broken(`I9: ${name} used ${seq} twice`);
    }
    seen.add(seq);
  }
}

/** I10: what is remembered is bounded. */
export function checkBounds({ name, state, items }: Device): void {
  if (state === undefined) return;
  const peers = [...state.peers.values()];
  const isOver = state.ring.size > RING_NAMES ||
    peers.some((peer) => peer.contained.size > CONTAINED_NAMES) ||
    items.bases().length > 64 + 32 || state.exchanges.size > 40;
  if (isOver) throw new Broken(`I10: ${name} remembers too much`);
}

/** I7: between equals there are ticks and nothing else, one soon and then few. */
export function checkQuiet(world: SimWorld, ms: number): void {
  const other: string[] = [];
  let ticks = 0;
  world.onFrame = (from, frame) => {
    if (frame.type === "tick") ticks++;
    else other.push(`${from.name} sends ${frame.type}`);
  };
  world.agenda.runUntil(world.agenda.now + ms);
  world.onFrame = undefined;
  if (other.length > 0) throw new Broken(`I7: among equals, ${other[0]}`);
  const most = 2 * world.links.length * (ms / (0.9 * REST_MS) + 1);
  if (ticks > most) throw new Broken(`I7: ${ticks} ticks in ${ms} ms, not ${most}`);
}

/** I8: taking the same in once more changes nothing. */
export function checkIdempotent({ name, items }: Device): void {
  const all = [...items.data.records.values()].flatMap(({ item }) => item ?? []);
  const copy = new MemoryItems();
  copy.restore(items.data);
  copy.absorb();
  const settled = copy.name(copy.floor);
  const { gained } = copy.apply(all);
  if (gained.length > 0 || copy.name(copy.floor) !== settled) {
    throw new Broken(`I8: ${name} changes when it gets its own items once more`);
  }
}
