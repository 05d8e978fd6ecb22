/** What happens to the devices: chosen at random from a seed, one after the other, and always mended. */
import type { Random } from "../../src/base/random.ts";
import { faketime, type Server, type Victim } from "./cast.ts";
import { copyHistory, restoreHistory } from "./history_copy.ts";

/** All that can be hurt. */
export interface Scene {
  readonly victims: readonly Victim[];
  readonly tracker: Server;
  readonly relay: Server;
  readonly random: Random;
  /** Folder of a device whose disk can be filled; `undefined` where none could be made. */
  readonly smallDisk: string | undefined;
  /** The device of which a clone appears, and what makes it. */
  readonly clone: () => Promise<void>;
  /** Told that what this device records from now on may be lost, until the result is called. */
  readonly excuse: (victim: Victim) => () => void;
  sleep(ms: number): Promise<void>;
}

/** One kind of trouble; done when everything is as it was. */
type Trouble = (scene: Scene) => Promise<void>;

/** More connections than a process of the soak has descriptors. */
const CROWD = 300;

const KINDS: Readonly<Record<string, Trouble>> = {
  "daemon killed": async (scene) => {
    const victim = pick(scene, scene.victims);
    await victim.end("SIGKILL");
    await scene.sleep(between(scene, 0, 10_000));
    await victim.start();
  },
  "daemon restarted": async (scene) => {
    const victim = pick(scene, scene.victims);
    await victim.end("SIGTERM");
    await victim.start();
  },
  // To the others a black hole: connections stay open and nothing answers.
  "daemon frozen": async (scene) => {
    const victim = pick(scene, scene.victims);
    victim.signal("SIGSTOP");
    await scene.sleep(between(scene, 500, 20_000));
    victim.signal("SIGCONT");
  },
  // It knows nobody afterwards.
  "tracker killed": (scene) => scene.tracker.crash(),
  "tracker cut off": async (scene) => {
    scene.tracker.proxy.cut();
    await scene.sleep(between(scene, 1000, 20_000));
    scene.tracker.proxy.mend();
  },
  "relay killed": (scene) => scene.relay.crash(),
  "relay cut off": async (scene) => {
    scene.relay.proxy.cut();
    await scene.sleep(between(scene, 1000, 20_000));
    scene.relay.proxy.mend();
  },
  "relay connections broken": (scene) => {
    scene.relay.proxy.drop();
    return Promise.resolve();
  },
  "connections half-open": (scene) => {
    scene.relay.proxy.forget();
    scene.tracker.proxy.forget();
    return Promise.resolve();
  },
  "descriptors used up": async (scene) => {
    const ports = scene.victims.flatMap(({ port }) => port ?? []);
    await crowd(pick(scene, ports), between(scene, 500, 5_000), scene);
  },
  "clock jumped": async (scene) => {
    await jump(scene, Math.round(between(scene, -86_400, 86_400)));
  },
  // Forwards only: what is recorded with a time of years ago is pruned, and rightly so.
  "clock jumped by years": async (scene) => {
    await jump(scene, Math.round(between(scene, 1, 14) * 365 * 86_400));
  },
  "history replaced by an older copy": (scene) =>
    inTurn(async () => {
      const victim = pick(scene, scene.victims);
      const path = victim.device.database;
      const copy = `${path}.copy-${Math.floor(scene.random.unit() * 1e9)}`;
      const over = scene.excuse(victim);
      try {
        copyHistory(path, copy);
        await scene.sleep(between(scene, 1000, 8_000));
        restoreHistory(copy, path);
        await scene.sleep(3_000);
      } finally {
        over();
      }
    }),
  "disk full": (scene) =>
    inTurn(async () => {
      if (scene.smallDisk === undefined) return;
      const ballast = `${scene.smallDisk}/ballast`;
      fill(ballast);
      await scene.sleep(between(scene, 1000, 10_000));
      await Deno.remove(ballast);
    }),
};

let diskTurn: Promise<void> = Promise.resolve();

/** One trouble with disks after the other: a full one has no room for a copy. */
function inTurn(trouble: () => Promise<void>): Promise<void> {
  return diskTurn = diskTurn.catch(() => {}).then(trouble);
}

/** Happens once, some time after the start. */
const CLONE = "device cloned";
const CLONE_AFTER = 12;

/** Counts of what has happened, by kind. */
export type Tally = Map<string, number>;

/**
 * Makes trouble until the signal is aborted, then waits until all of it is mended.
 *
 * @throws the first thing that went wrong in a way that it must not
 */
export async function makeTrouble(scene: Scene, signal: AbortSignal): Promise<Tally> {
  const tally: Tally = new Map();
  const kinds = Object.keys(KINDS).filter((kind) => !kind.startsWith("clock jumped") || faketime());
  const open = new Set<Promise<void>>();
  let failure: unknown;
  for (let count = 0; !signal.aborted && failure === undefined; count++) {
    const kind = count === CLONE_AFTER ? CLONE : pick(scene, kinds);
    tally.set(kind, (tally.get(kind) ?? 0) + 1);
    const running = (kind === CLONE ? scene.clone() : KINDS[kind]!(scene))
      .catch((error) => void (failure ??= new Error(`"${kind}": ${error}`, { cause: error })))
      .finally(() => open.delete(running));
    open.add(running);
    await scene.sleep(between(scene, 500, 4000));
  }
  await Promise.all(open);
  if (failure !== undefined) throw failure;
  return tally;
}

async function jump(scene: Scene, offsetSec: number): Promise<void> {
  const victim = pick(scene, scene.victims);
  await victim.setClock(offsetSec);
  await scene.sleep(between(scene, 1000, 20_000));
  await victim.setClock(0);
}

async function crowd(port: number, ms: number, scene: Scene): Promise<void> {
  const connections = await Promise.all(
    Array.from(
      { length: CROWD },
      () => Deno.connect({ hostname: "127.0.0.1", port }).catch(() => undefined),
    ),
  );
  await scene.sleep(ms);
  for (const connection of connections) {
    try {
      connection?.close();
    } catch {
      // the other side was quicker
    }
  }
}

function fill(path: string): void {
  using file = Deno.openSync(path, { write: true, create: true });
  const piece = new Uint8Array(64 * 1024);
  try {
    for (;;) file.writeSync(piece);
  } catch {
    // full
  }
}

/** One of several, by the seed. */
export function pick<T>(scene: Pick<Scene, "random">, from: readonly T[]): T {
  return from[Math.floor(scene.random.unit() * from.length)]!;
}

function between(scene: Scene, low: number, high: number): number {
  return low + scene.random.unit() * (high - low);
}
