/** `rr p2p-sync --watch` and `rr p2p-serve`, behind their flags. */
import { daemonConfigOf, type DaemonFlags } from "../app/daemon/daemon_config.ts";
import { runDaemon } from "../app/daemon/run_daemon.ts";
import { refreshHookFiles } from "../app/hook_file.ts";
import type { World } from "../base/world.ts";
import type { Settings } from "../config/settings.ts";
import { DaemonRuns } from "../process/lock.ts";
import { ExitCode } from "./exit_code.ts";
import { shellPicker } from "./picker/shell_picker.ts";
import { printError } from "./print/print.ts";
import { serveUntilStopped } from "./serve_until_stopped.ts";

/** Runs the daemon; `load` reads the settings, again at every SIGHUP. */
export async function runWatch(
  world: World,
  load: () => Settings,
  flags: DaemonFlags,
): Promise<number> {
  return await serveUntilStopped(world, load(), async (parts, signal) => {
    await refreshHookFiles(world, load()).catch((error: unknown) =>
      parts.logger.warn("Could not bring the shell hooks up to date", { error: `${error}` })
    );
    try {
      const deps = { ...parts, shellPicker: shellPicker(world, load) };
      await runDaemon(() => daemonConfigOf(load(), flags), deps, signal);
    } catch (error) {
      if (!(error instanceof DaemonRuns)) throw error;
      printError(world, error);
      return ExitCode.BUSY;
    }
    if (flags.mode === "watch") parts.logger.info("p2p-sync watch: shutting down");
    return ExitCode.OK;
  });
}
