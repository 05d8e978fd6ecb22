/** What the settings say about which commands are kept. */
import type { Settings } from "./settings.ts";

/** The part of the settings that the capture rules are made of, in the words of `capture/rules.ts`. */
export interface CaptureChoice {
  readonly ignorePattern: string | undefined;
  readonly ignoreFolders: readonly string[];
  readonly home: string | undefined;
  readonly secretsFilter: boolean;
}

/** The capture rules' options; the caller adds how real paths are found. */
export function captureOptionsOf(settings: Settings): CaptureChoice {
  return {
    ignorePattern: settings.recordIgnoreRegex,
    ignoreFolders: settings.recordIgnoreDirs,
    home: settings.home,
    secretsFilter: settings.recordSecretsFilter,
  };
}
