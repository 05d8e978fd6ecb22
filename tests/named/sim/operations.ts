/** What happens to the devices of one run: drawn in advance, so that any of it can be left out. */
import type { DeviceId, Entry, EntryId } from "../../../src/history/entry.ts";
import type { Random } from "../../../src/base/random.ts";
import { EMPTY } from "../../../src/named/digest.ts";
import type { Item } from "../../../src/named/item.ts";
import { makeEntry } from "../../fakes/entries.ts";
import type { MemoryData } from "../../fakes/memory_data.ts";
import type { Device, SimWorld } from "./world.ts";

/** One thing that happens, with what chance decides about it. */
export interface Operation {
  readonly kind: Kind;
  /** Pause before it. */
  readonly ms: number;
  /** Numbers in [0, 1), as many as any kind uses. */
  readonly dice: readonly number[];
}

/** How often each happens. */
const WEIGHTS = {
  record: 60,
  recordUnset: 3,
  import: 6,
  importSame: 6,
  delete: 14,
  deleteHere: 5,
  foreignDelete: 2,
  connect: 45,
  disconnect: 16,
  crash: 8,
  start: 16,
  snapshot: 6,
  restore: 5,
  recreate: 2,
  clone: 2,
  raiseFloor: 5,
  lowerFloor: 3,
  recordV1: 8,
  pollV1: 10,
  resetV1: 1,
  trouble: 2,
  corrupt: 3,
} as const;

/** A kind of operation. */
export type Kind = keyof typeof WEIGHTS;

/** What the operations of one run share. */
export interface Run {
  readonly world: SimWorld;
  readonly random: Random;
  readonly backups: { readonly device: string; readonly data: MemoryData }[];
  /** Logs of v1 peers, which know no deletes. */
  readonly v1: Item[][];
  /** How far each device has read each of these. */
  readonly cursors: Map<string, number>;
  made: number;
  /** Whether bases are falsified in this run. */
  readonly corrupts: boolean;
  /**
   * Whether clones keep the name of their original. Such two meet through others only, so in these runs
   * every device keeps and passes on everything: no floors, nothing deleted on one device only.
   */
  readonly doubles: boolean;
}

/** The operations of one seed. */
export function drawOperations(random: Random, count: number): Operation[] {
  const kinds = Object.entries(WEIGHTS) as [Kind, number][];
  const total = kinds.reduce((sum, [, weight]) => sum + weight, 0);
  return Array.from({ length: count }, () => {
    let at = random.unit() * total;
    const [kind] = kinds.find(([, weight]) => (at -= weight) < 0)!;
    const ms = random.unit() < 0.7 ? 300 * random.unit() : 4_000 * random.unit();
    return { kind, ms, dice: Array.from({ length: 6 }, () => random.unit()) };
  });
}

const WEEK_MS = 604_800_000;
/** The week in which everything happens. */
const NOW_WEEK = 2_850;
/** Weeks that the entries are spread over. */
const WEEKS = 6;

/** Does one. */
export function perform(run: Run, { kind, dice }: Operation): void {
  const { world } = run;
  const [a, b, c, d, e] = dice as [number, number, number, number, number];
  const device = pick(world.devices, a);
  const other = pick(world.devices, b);
  switch (kind) {
    case "record":
      return void device.items.record(entryOf(run, device.peer, weekMs(c * c, d)));
    case "recordUnset":
      return void device.items.record(entryOf(run, device.peer, Math.floor(c * 10) * WEEK_MS));
    case "import":
      for (let i = 0; i < 10 + 90 * e; i++) {
        device.items.record(entryOf(run, device.peer, weekMs(run.random.unit(), d)));
      }
      return;
    case "importSame": {
      // One file without times on two devices: the same ids, the times made up.
      const made = entryOf(run, device.peer, weekMs(c, d)).entry!;
      device.items.record({ entry: made });
      const deviceId = (e < 0.5 ? made.deviceId : other.peer) as DeviceId;
      other.items.record({ entry: { ...made, deviceId, startedAtMs: weekMs(e, c) } });
      return;
    }
    case "delete":
      return withId(device, c, (id) => device.items.delete(id));
    case "deleteHere":
      if (run.doubles) return;
      return withId(device, c, (id) => {
        world.poll(device);
        device.items.deleteHere(id);
      });
    case "foreignDelete":
      return withId(device, c, (id) => device.items.foreignDelete(id));
    case "connect":
      return world.connect(device, other, 5 + 145 * c);
    case "disconnect": {
      const links = world.linksOf(device);
      return links.length > 0 ? world.cut(pick(links, b)) : undefined;
    }
    case "crash":
      return world.stop(device);
    case "start":
      return world.devices.forEach((one, i) => (i + a) % 2 < 1.2 && world.start(one));
    case "snapshot":
      return void run.backups.push({ device: device.name, data: device.items.backup() });
    case "restore": {
      const own = run.backups.filter((backup) => backup.device === device.name);
      if (own.length === 0) return;
      world.stop(device);
      return device.items.restore(pick(own, c).data);
    }
    case "recreate":
      world.stop(device);
      return device.items.restore(
        new (device.items.constructor as new () => typeof device.items)().data,
      );
    case "clone": {
      if (world.devices.length >= 7) return;
      const name = `clone${world.devices.length}`;
      const clone = world.add(name, run.doubles ? device.peer : name);
      clone.items.restore(device.items.data);
      return world.start(clone);
    }
    case "raiseFloor":
    case "lowerFloor": {
      if (run.doubles) return;
      const { floor } = device.items;
      const wanted = NOW_WEEK - WEEKS + Math.floor(c * WEEKS);
      if (kind === "raiseFloor" ? wanted <= floor : floor === 0) return;
      const next = kind === "raiseFloor" ? wanted : d < 0.3 ? 0 : Math.min(floor - 1, wanted);
      const ids = [...device.items.data.records.keys()];
      world.poll(device);
      device.items.setFloor(next, new Set(e < 0.3 ? ids.slice(-10) : []));
      return world.handle(device, { type: "floor", lowered: next < floor });
    }
    case "recordV1":
      return void pick(run.v1, b).push(entryOf(run, "v1", weekMs(c, d)));
    case "pollV1": {
      const log = pick(run.v1, b);
      const key = `${device.name} ${run.v1.indexOf(log)}`;
      const from = run.cursors.get(key) ?? 0;
      for (const item of log.slice(from)) device.items.record(item, true);
      run.cursors.set(key, log.length);
      // And it pulls from us, whatever we have with a body.
      const known = new Set(log.map((item) => item.entry!.id));
      for (const { item } of device.items.data.records.values()) {
        if (item?.entry !== undefined && !known.has(item.entry.id) && c < 0.5) log.push(item);
      }
      return;
    }
    case "resetV1": {
      const log = pick(run.v1, b);
      log.length = 0;
      const key = `${device.name} ${run.v1.indexOf(log)}`;
      for (const known of run.cursors.keys()) {
        if (known.endsWith(key.slice(-2))) run.cursors.delete(known);
      }
      return;
    }
    case "trouble":
      world.trouble = { dropped: c < 0.5 ? 0 : d / 2, doubled: c < 0.5 ? 0 : e / 2 };
      return;
    case "corrupt":
      return run.corrupts ? corrupt(device, other, c) : undefined;
  }
}

/** Gives a base a number that is too high, or makes one up of the state of another device. */
function corrupt(device: Device, other: Device, chance: number): void {
  const { floor } = device.items;
  const name = other.items.name(Math.max(floor, other.items.floor));
  if (name === EMPTY) return;
  device.items.saveBase({ name, floor, seq: device.items.head() }, []);
  if (chance < 0.5) {
    other.items.saveBase({ name, floor: other.items.floor, seq: other.items.head() }, []);
  }
}

function withId(device: Device, chance: number, act: (id: string) => void): void {
  const ids = [...device.items.data.records.keys()];
  if (ids.length > 0) act(pick(ids, chance));
}

function pick<T>(list: readonly T[], chance: number): T {
  return list[Math.floor(chance * list.length)]!;
}

function weekMs(week: number, within: number): number {
  return Math.floor((NOW_WEEK - WEEKS + 1 + Math.floor(week * WEEKS) + within) * WEEK_MS);
}

function entryOf(run: Run, deviceId: string, startedAtMs: number): { readonly entry: Entry } {
  const n = (++run.made).toString(16).padStart(12, "0");
  const id = `00000000-0000-7000-8000-${n}` as EntryId;
  return { entry: makeEntry({ id, deviceId: deviceId as DeviceId, startedAtMs }) };
}
