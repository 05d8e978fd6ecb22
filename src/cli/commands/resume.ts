import { type CliCommand, defineCommand } from "../define_command.ts";
import { noHookHere } from "../machine/no_hook_here.ts";

/** `rr resume`, as `rr pause`. */
export const command: CliCommand = defineCommand<object>({
  usage: [""],
  details: `Takes up again what \`rr pause\` stopped. What ran in between is not recorded.

Examples:
  rr pause
  rr resume`,
  flags: {},
  run: () => {
    throw noHookHere("resume");
  },
});
