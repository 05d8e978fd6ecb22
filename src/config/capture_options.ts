/** What the settings say about which commands are kept. */
import { type FolderSense, folderSense } from "../base/same_folder.ts";
import type { World } from "../base/world.ts";
import type { Settings } from "./settings.ts";

/** The settings that the capture rules are made of. */
export type CaptureSettings = Pick<
  Settings,
  "recordIgnoreRegex" | "recordIgnoreDirs" | "home" | "recordSecretsFilter"
>;

/** The same in the words of `capture/rules.ts`. */
export interface CaptureChoice {
  readonly ignorePattern: string | undefined;
  readonly ignoreFolders: readonly string[];
  readonly home: string | undefined;
  readonly folders: FolderSense;
  readonly secretsFilter: boolean;
}

/** The capture rules' options. */
export function captureOptionsOf(
  settings: CaptureSettings,
  { files, clock }: Pick<World, "files" | "clock">,
): CaptureChoice {
  return {
    ignorePattern: settings.recordIgnoreRegex,
    ignoreFolders: settings.recordIgnoreDirs,
    home: settings.home,
    folders: folderSense(files, clock),
    secretsFilter: settings.recordSecretsFilter,
  };
}
