/** One run of the simulator: a seed, its operations, and what is checked on the way and at the end. */
import { seededRandom } from "../../fakes/seeded_random.ts";
import {
  Broken,
  checkBases,
  checkBounds,
  checkConverged,
  checkDigests,
  checkIdempotent,
  checkLinks,
  checkQuiet,
  checkSeqs,
  type Expected,
  expectedOf,
} from "./checks.ts";
import { drawOperations, type Operation, perform, type Run } from "./operations.ts";
import { edgesOf, type Shape, shapeFor } from "./shapes.ts";
import { SimWorld } from "./world.ts";

/** Operations of a run. */
export const OPERATIONS = 250;
/** Time in which connected devices must have become equal. */
const HEAL_MS = 40 * 60_000;

/** What came of a run. */
export interface Outcome {
  readonly seed: number;
  /** `undefined` if all went well. */
  readonly failure: string | undefined;
  readonly contradictions: number;
  readonly received: number;
  readonly gained: number;
}

/** How a run is cut short. */
export interface RunOptions {
  /** Give devices that do not become equal a tenth of the time. @default {false} */
  readonly quick?: boolean;
  /** How the devices are connected in the end, before all are. @default {drawn for the seed} */
  readonly shape?: Shape;
}

/** Runs one seed; `operations` in place of its own, when some are left out. */
export function simulate(
  seed: number,
  operations: readonly Operation[] = operationsOf(seed),
  { quick = false, shape }: RunOptions = {},
): Outcome {
  const run = createRun(seed);
  const { world } = run;
  try {
    operations.forEach((operation, i) => {
      world.agenda.runUntil(world.agenda.now + operation.ms);
      perform(run, operation);
      if (i % 25 === 0) checkOnTheWay(run);
    });
    heal(run, shape ?? shapeOf(seed), quick ? HEAL_MS / 10 : HEAL_MS);
    return outcomeOf(run, seed, undefined);
  } catch (error) {
    const text = error instanceof Broken ? error.message : `threw ${(error as Error).stack}`;
    return outcomeOf(run, seed, text);
  }
}

/** The operations of a seed. */
export function operationsOf(seed: number): Operation[] {
  return drawOperations(seededRandom(seed ^ 0x5eed), OPERATIONS);
}

/** Clones of one name cannot be neighbours, so they need everybody to become equal. */
function shapeOf(seed: number): Shape {
  return hasDoubles(seed) ? "mesh" : shapeFor(seededRandom(seed ^ 0x7ee));
}

function hasDoubles(seed: number): boolean {
  return seed % 5 === 0;
}

function createRun(seed: number): Run {
  const random = seededRandom(seed);
  const world = new SimWorld(random, seededRandom(seed ^ 0x7a6b));
  const count = 2 + Math.floor(random.unit() * 5);
  for (let i = 0; i < count; i++) world.start(world.add(`d${i}`));
  const v1 = Array.from({ length: 1 + Math.floor(random.unit() * 2) }, () => []);
  const corrupts = seed % 4 === 0;
  const doubles = hasDoubles(seed);
  return { world, random, backups: [], v1, cursors: new Map(), made: 0, corrupts, doubles };
}

function outcomeOf({ world }: Run, seed: number, failure: string | undefined): Outcome {
  const sum = (of: (device: typeof world.devices[number]) => number): number =>
    world.devices.reduce((total, device) => total + of(device), 0);
  return {
    seed,
    failure,
    contradictions: world.notes.filter(({ note }) => note.type === "contradiction").length,
    received: sum(({ received }) => received),
    gained: sum(({ gained }) => gained),
  };
}

function checkOnTheWay({ world, corrupts }: Run): void {
  for (const device of world.devices) {
    checkDigests(device);
    checkSeqs(device);
    checkBounds(device);
  }
  if (!corrupts) checkBases(world);
}

/** Everybody runs, is connected as `shape` tells and then to everybody, and has time. */
function heal(run: Run, shape: Shape, withinMs: number): void {
  const { world } = run;
  world.trouble = { dropped: 0, doubled: 0 };
  for (const device of world.devices) {
    world.start(device);
    world.poll(device);
  }
  const expected = expectedOf(world);
  if (shape !== "mesh") healAlong(run, shape, withinMs);
  healAll(run, expected, withinMs);
  for (const device of world.devices) checkIdempotent(device);
}

/** Most devices are not connected to each other, and no detour gives them what one on the way lacks. */
function healAlong(run: Run, shape: Exclude<Shape, "mesh">, withinMs: number): void {
  const { world, random } = run;
  for (const link of [...world.links]) world.cut(link);
  for (const [one, other] of edgesOf(world.devices, shape, random)) {
    world.connect(one, other, 5 + 100 * random.unit());
  }
  settle(run, withinMs, () => checkLinks(world), () => {});
}

function healAll(run: Run, expected: Expected, withinMs: number): void {
  const { world, random } = run;
  const connectAll = (): void => {
    for (const one of world.devices) {
      for (const other of world.devices) world.connect(one, other, 5 + 100 * random.unit());
    }
  };
  connectAll();
  settle(run, withinMs, () => checkConverged(world, expected), () => {
    rotateClones(world, random.unit());
    connectAll();
  });
}

/** Waits until all is as it must be, and looks whether it stays so without a word. */
function settle(run: Run, withinMs: number, check: () => void, tend: () => void): void {
  const { world } = run;
  const until = world.agenda.now + withinMs;
  let last: Error | undefined = new Broken("I1: never looked");
  while (last !== undefined && world.agenda.now < until) {
    world.agenda.runUntil(world.agenda.now + 5_000);
    tend();
    last = failureOf(check);
  }
  if (last !== undefined) throw last;
  // Ticks that were under way when the last one got what it lacked.
  world.agenda.runUntil(world.agenda.now + 70_000);
  check();
  checkQuiet(world, 600_000);
  checkOnTheWay(run);
}

/** Two devices of one name take turns: nobody can be connected to both. */
function rotateClones(world: SimWorld, chance: number): void {
  const clones = world.devices.filter((one) =>
    world.devices.some((other) => other !== one && other.peer === one.peer)
  );
  if (clones.length === 0 || chance < 0.85) return;
  for (const clone of clones) for (const link of world.linksOf(clone)) world.cut(link);
  // By one: whoever is first is connected first, so each of them has its turn.
  world.devices.push(...world.devices.splice(0, 1));
}

function failureOf(check: () => void): Error | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

/** Leaves out operations as long as the run still fails. */
export function shrink(seed: number, options: RunOptions = {}): Operation[] {
  let operations = operationsOf(seed);
  const kind = simulate(seed, operations, options).failure?.slice(0, 3);
  for (let size = Math.ceil(operations.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < operations.length;) {
      const fewer = operations.toSpliced(at, size);
      if (simulate(seed, fewer, options).failure?.startsWith(kind ?? "none")) operations = fewer;
      else at += size;
    }
  }
  return operations;
}
