/** Taking in the spool, for commands that a person waits for: loaded only when there is something. */
import { causeChain, RrError } from "../base/rr_error.ts";
import type { World } from "../base/world.ts";
import { createCaptureRules } from "../capture/rules.ts";
import type { Settings } from "../config/settings.ts";
import type { DeviceId } from "../history/entry.ts";
import { type IngestDeps, ingestSpools } from "../spool/ingest.ts";
import type { History } from "../store/file/open_history.ts";

/** What the spool needs of the world and the settings. */
export function ingestDeps(
  world: Pick<World, "files" | "clock" | "random">,
  settings: Settings,
  history: Pick<History, "log">,
  folder: string,
): IngestDeps {
  return {
    files: world.files,
    clock: world.clock,
    random: world.random,
    folder,
    log: history.log,
    userId: settings.userId,
    deviceId: settings.deviceId as DeviceId,
    rules: () =>
      createCaptureRules({
        ignorePattern: settings.recordIgnoreRegex,
        ignoreFolders: settings.recordIgnoreDirs,
        home: settings.home,
        realPath: (path) => world.files.realPath(path),
        secretsFilter: settings.recordSecretsFilter,
      }),
  };
}

/** Takes in the spool; resolves to why something was left, if something was. */
export async function ingestForCommand(
  world: Pick<World, "files" | "clock" | "random">,
  settings: Settings,
  history: Pick<History, "log">,
  folder: string,
): Promise<string | undefined> {
  try {
    const report = await ingestSpools(ingestDeps(world, settings, history, folder));
    if (report.problem !== undefined) return causeChain(report.problem);
    const [first, ...others] = report.unreadable;
    if (first === undefined) return undefined;
    const more = others.length > 0 ? ` and ${others.length} more` : "";
    return `those of another user, or damaged, are left in "${folder}/${first}"${more}`;
  } catch (error) {
    if (!(error instanceof RrError)) throw error;
    return causeChain(error);
  }
}
