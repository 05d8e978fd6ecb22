/** Reads the configuration of a running daemon again. */
import type { Logger } from "../../base/log.ts";
import { causeChain, RrError } from "../../base/rr_error.ts";
import type { Files } from "../../base/world.ts";
import { compareConfigs, type ConfigChange, type DaemonConfig } from "./daemon_config.ts";
import { checkSession } from "../session/session.ts";
import type { StatusKeeper } from "./status/status_keeper.ts";
import { NO_FILE, stampOf } from "./watch/settings_stamp.ts";

/** What stands before why new settings are not in use. */
export const OLD_SETTINGS = "The daemon goes on with its old settings";

/** What reading needs. */
export interface ConfigReaderDeps {
  readonly load: () => DaemonConfig;
  readonly files: Pick<Files, "stat">;
  readonly logger: Logger;
  readonly status: Pick<StatusKeeper, "settingsProblem" | "needsRestart">;
}

/** Compares what stands in the file with what is worked with. */
export class ConfigReader {
  readonly #deps: ConfigReaderDeps;
  #stamp: string;
  #wasThere: boolean;

  /** `first` has just been read. */
  constructor(first: DaemonConfig, deps: ConfigReaderDeps) {
    this.#deps = deps;
    this.#stamp = stampOf(first.configPath, deps.files);
    this.#wasThere = this.#missing(first.configPath) === undefined;
  }

  /** The state of the file when it was read last. */
  get stamp(): string {
    return this.#stamp;
  }

  /**
   * What has changed since `current`. What is wrong with it, or what now needs a restart, is logged.
   *
   * @throws {RrError} what is wrong with it; it is then as if nothing had been read
   */
  read(current: DaemonConfig): ConfigChange {
    const { logger, status } = this.#deps;
    this.#stamp = stampOf(current.configPath, this.#deps.files);
    let change;
    try {
      change = compareConfigs(current, this.#load(current.configPath));
      checkSession(change.config.network);
    } catch (error) {
      logger.error("The configuration was not read again", { error: causeChain(error) });
      status.settingsProblem("config", `${OLD_SETTINGS}: ${causeChain(error)}`);
      throw error;
    }
    status.settingsProblem("config", undefined);
    status.needsRestart(change.needsRestart);
    for (const key of change.needsRestart) {
      logger.warn("This takes effect only after a restart", { key });
    }
    logger.info(change.applies ? "Configuration read again" : "Configuration is unchanged");
    return change;
  }

  // An editor that writes anew, a disk that is not mounted or is full: the defaults would part it from
  // the others.
  #load(path: string): DaemonConfig {
    const missing = this.#missing(path);
    if (missing !== undefined && this.#wasThere) {
      throw new RrError("config", `The config "${path}" is ${missing}`, {
        hint: "Put it back, or restart to work with the defaults",
      });
    }
    const config = this.#deps.load();
    this.#wasThere = missing === undefined;
    return config;
  }

  #missing(path: string): "gone" | "empty" | undefined {
    if (this.#stamp === NO_FILE) return "gone";
    return this.#deps.files.stat(path)?.size === 0 ? "empty" : undefined;
  }
}
