/** What starts a hub that does not run: words that work on this machine. */
import type { HubFolder } from "../../../app/hub/folder.ts";
import type { HubManager } from "../../../app/hub/install_hub.ts";
import type { Files } from "../../../base/world.ts";

/** The advice, without a full stop; `manager` is what runs services for this user, if anything does. */
export function startHint(
  files: Pick<Files, "stat">,
  { path, settingsPath }: Pick<HubFolder, "path" | "settingsPath">,
  manager: Pick<HubManager, "command" | "unitPath"> | undefined,
): string {
  if (files.stat(settingsPath) === undefined) {
    return "Make one with `rr hub install --host <name>`";
  }
  if (manager === undefined || files.stat(manager.unitPath) === undefined) {
    return `No service runs it: keep \`rr hub run --state ${path}\` running`;
  }
  return `\`${manager.command} start rustory-hub\` starts it, ` +
    `\`${manager.command} status rustory-hub\` says why it ended`;
}
