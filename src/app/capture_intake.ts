/** Takes in what the shell hooks wrote, for the daemon. */
import type { Logger } from "../base/log.ts";
import type { World } from "../base/world.ts";
import { type CaptureRules, createCaptureRules } from "../capture/rules.ts";
import type { DeviceId } from "../history/entry.ts";
import { type IngestDeps, ingestSpools } from "../spool/ingest.ts";
import type { DaemonConfig } from "./daemon_config.ts";

/** A function that takes in what is there and resolves to the number of new entries. */
export function captureIntake(
  config: DaemonConfig,
  world: World,
  log: IngestDeps["log"],
  logger: Logger,
): () => Promise<number> {
  const { folder, ignorePattern, ignoreFolders, secretsFilter, home } = config.capture;
  const realPath = (path: string): string | undefined => world.files.realPath(path);
  let rules: Promise<CaptureRules> | undefined;
  let waiting = false;
  const named = new Set<string>();
  return async () => {
    const report = await ingestSpools({
      files: world.files,
      clock: world.clock,
      random: world.random,
      folder,
      log,
      userId: config.network.userId,
      deviceId: config.network.deviceId as DeviceId,
      rules: () =>
        rules ??= createCaptureRules({
          ignorePattern,
          ignoreFolders,
          home,
          realPath,
          secretsFilter,
        }),
    });
    if (report.problem !== undefined && !waiting) {
      logger.warn("Recorded commands wait, as it cannot be told which of them to keep", {
        error: report.problem.message,
      });
    }
    waiting = report.problem !== undefined;
    for (const name of report.unreadable) {
      if (named.has(name)) continue;
      named.add(name);
      logger.warn("Left a shell's records where they are, as they cannot be read", { file: name });
    }
    if (report.broken > 0) {
      logger.warn("Set aside records that were cut short", { count: report.broken });
    }
    return report.inserted;
  };
}
