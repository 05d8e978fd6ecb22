/** What happens to the devices: chosen at random from a seed, one after the other, and always mended. */
import type { Random } from "../../src/base/random.ts";
import { faketime, type Server, type Victim } from "./cast.ts";

/** All that can be hurt. */
export interface Scene {
  readonly victims: readonly Victim[];
  readonly tracker: Server;
  readonly relay: Server;
  readonly random: Random;
  sleep(ms: number): Promise<void>;
}

/** One kind of trouble; done when everything is as it was. */
type Trouble = (scene: Scene) => Promise<void>;

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
  "clock jumped": async (scene) => {
    const victim = pick(scene, scene.victims);
    await victim.setClock(Math.round(between(scene, -86_400, 86_400)));
    await scene.sleep(between(scene, 1000, 20_000));
    await victim.setClock(0);
  },
};

/** Counts of what has happened, by kind. */
export type Tally = Map<string, number>;

/**
 * Makes trouble until the signal is aborted, then waits until all of it is mended.
 *
 * @throws the first thing that went wrong in a way that it must not
 */
export async function makeTrouble(scene: Scene, signal: AbortSignal): Promise<Tally> {
  const tally: Tally = new Map();
  const kinds = Object.keys(KINDS).filter((kind) => kind !== "clock jumped" || faketime());
  const open = new Set<Promise<void>>();
  let failure: unknown;
  while (!signal.aborted && failure === undefined) {
    const kind = pick(scene, kinds);
    tally.set(kind, (tally.get(kind) ?? 0) + 1);
    const running = KINDS[kind]!(scene)
      .catch((error) => void (failure ??= error))
      .finally(() => open.delete(running));
    open.add(running);
    await scene.sleep(between(scene, 500, 4000));
  }
  await Promise.all(open);
  if (failure !== undefined) throw failure;
  return tally;
}

/** One of several, by the seed. */
export function pick<T>(scene: Pick<Scene, "random">, from: readonly T[]): T {
  return from[Math.floor(scene.random.unit() * from.length)]!;
}

function between(scene: Scene, low: number, high: number): number {
  return low + scene.random.unit() * (high - low);
}
