/** The part that notices a changed config, swarm key or identity, whoever has changed it. */
import { causeChain } from "../../base/rr_error.ts";
import { loadExistingKeys } from "../keys.ts";
import type { SessionContext } from "./context.ts";

/** A look costs three stats. */
const EVERY_MS = 1_000;

/** Looks until the signal is aborted. What cannot be used is logged, and all stays as it was. */
export async function watchSettings(context: SessionContext, signal: AbortSignal): Promise<void> {
  const { deps, settings: { configPath, keys } } = context;
  const { clock } = deps.world;
  const stamps = (): readonly [string, string] => [
    stampOf(context, configPath),
    stampOf(context, keys.swarmKeyPath) + stampOf(context, keys.identityKeyPath),
  ];
  let [config, keyFiles] = stamps();
  while (!signal.aborted) {
    await clock.sleep(EVERY_MS, signal).catch(() => {});
    const [newConfig, newKeyFiles] = stamps();
    if (newConfig !== config) readConfig(context);
    if (newKeyFiles !== keyFiles) await takeKeys(context);
    [config, keyFiles] = [newConfig, newKeyFiles];
  }
}

function stampOf({ deps }: SessionContext, path: string): string {
  const info = deps.world.files.stat(path);
  return info === undefined ? "none " : `${info.mtimeMs} ${info.size} `;
}

function readConfig({ deps, reload }: SessionContext): void {
  deps.logger.info("The config file has changed");
  try {
    reload();
  } catch {
    // What is wrong with it is in the log.
  }
}

async function takeKeys({ deps, settings, config, interrupt }: SessionContext): Promise<void> {
  try {
    await loadExistingKeys(settings.keys, deps.world);
  } catch (error) {
    deps.logger.warn("A key file has changed and cannot be used; going on with the old one", {
      error: causeChain(error),
    });
    return;
  }
  deps.logger.info("A key file has changed: starting anew with it");
  interrupt({ kind: "configured", config: { ...config() } });
}
