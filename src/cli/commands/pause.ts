import { type CliCommand, defineCommand } from "../define_command.ts";
import { noHookHere } from "../machine/no_hook_here.ts";

/** `rr pause`, for who has no hook: with it the shell does it, and comes by here for the help only. */
export const command: CliCommand = defineCommand<object>({
  usage: [""],
  details:
    `From then on this shell records nothing, until \`rr resume\` or its end; other shells go on. The
hook does this by itself, so it works in a shell that has the hook.

For one command a space in front does. While RUSTORY_HOOK_DISABLE is set nothing is recorded either.

Examples:
  rr pause
  rr resume`,
  flags: {},
  run: () => {
    throw noHookHere("pause");
  },
});
