/** The part that notices a changed config, swarm key or identity, whoever has changed it. */
import { pauseUntilBeat } from "../../../base/async/timer.ts";
import { causeChain, RrError } from "../../../base/rr_error.ts";
import { loadExistingKeys } from "../../session/keys.ts";
import type { SessionContext } from "../context.ts";
import { keyStampOf, stampOf } from "./settings_stamp.ts";

/** A look costs three stats. */
const EVERY_MS = 1_000;

/** Looks until the signal is aborted. What cannot be used is logged, and all stays as it was. */
export async function watchSettings(context: SessionContext, signal: AbortSignal): Promise<void> {
  const { deps, settings: { configPath, keys } } = context;
  const { clock, files } = deps.world;
  let config = context.configStamp();
  let keyFiles = context.keyStamp;
  context.keysProblem(undefined);
  while (!signal.aborted) {
    const newConfig = stampOf(configPath, files);
    const newKeyFiles = keyStampOf(keys, files);
    if (newConfig !== config) {
      deps.logger.info("The config file has changed");
      readConfig(context);
    }
    if (newKeyFiles !== keyFiles) await takeKeys(context);
    [config, keyFiles] = [newConfig, newKeyFiles];
    await pauseUntilBeat(clock, EVERY_MS, signal);
  }
}

function readConfig({ reload }: SessionContext): void {
  try {
    reload();
  } catch {
    // What is wrong with it is in the log.
  }
}

async function takeKeys(context: SessionContext): Promise<void> {
  const { deps, settings, config, interrupt, keysProblem } = context;
  try {
    await loadExistingKeys(settings.keys, deps.world);
  } catch (error) {
    deps.logger.warn("A key file has changed and cannot be used; going on with the old one", {
      error: causeChain(error),
    });
    const hint = error instanceof RrError && error.hint ? `. ${error.hint}` : "";
    keysProblem(`The daemon goes on with its old keys: ${causeChain(error)}${hint}`);
    return;
  }
  deps.logger.info("A key file has changed: starting anew with it");
  interrupt({ kind: "configured", config: { ...config() } });
}
