/** What a ranking knows of the place where the question is asked. */
import type { RankContext } from "./ranked_runs.ts";

/** Where somebody sits. */
export interface Here {
  readonly deviceId: string;
  /** `undefined` if the folder is gone. */
  readonly cwd: string | undefined;
  /** The work tree that the folder is in; `undefined` if the folder is gone. */
  readonly workspace: string | undefined;
}

/** Where runs were. */
export interface RankedPlace {
  readonly cwd: string;
  readonly deviceId: string;
}

/** Half as near as the folder itself is all else of its workspace. */
const IN_WORKSPACE = 0.5;

/** The context for runs in these places, by their numbers; `session` is a number of theirs, or -1. */
export function rankContext(
  places: Iterable<readonly [number, RankedPlace]>,
  here: Here,
  session: number,
): RankContext {
  const hosts = new Map<string, number>([[here.deviceId, 0]]);
  const facts = new Map<number, { readonly host: number; readonly nearness: number }>();
  for (const [id, { cwd, deviceId }] of places) {
    if (!hosts.has(deviceId)) hosts.set(deviceId, hosts.size);
    facts.set(id, { host: hosts.get(deviceId)!, nearness: nearnessOf(cwd, here) });
  }
  return {
    session,
    ownHost: 0,
    hostOf: (id) => facts.get(id)?.host ?? -1,
    nearness: (id) => facts.get(id)?.nearness ?? 0,
  };
}

function nearnessOf(folder: string, { cwd, workspace }: Here): number {
  if (folder === cwd) return 1;
  const isNear = workspace !== undefined && folder.startsWith(`${workspace}/`);
  return isNear || folder === workspace ? IN_WORKSPACE : 0;
}
