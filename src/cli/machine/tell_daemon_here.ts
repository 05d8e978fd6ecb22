/** Has the running daemon take up what a command has written, and says what becomes of it. */
import { tellDaemonToReload, toldSentence } from "../../app/tell_daemon.ts";
import type { World } from "../../base/world.ts";
import { daemonWays } from "./daemon_ways.ts";

/** The sentence for a person, without a full stop; `undefined` if no daemon runs. Never rejects. */
export async function tellDaemon(world: World, dbPath: string): Promise<string | undefined> {
  const told = await tellDaemonToReload(dbPath);
  // The service manager is asked only where a restart is to be advised.
  const waits = told.kind === "reloaded" && told.needsRestart.length > 0;
  return toldSentence(told, waits ? (await daemonWays(world)).restart : "");
}
