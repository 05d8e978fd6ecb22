/**
 * The fish hook (3.6 and newer): a script to be sourced.
 *
 * How it records is told in `fish/record.ts`, what ctrl-r does is in `fish/widget.ts`.
 */
import { quoteForFish } from "../base/shell_words.ts";
import type { HookOptions } from "./hook.ts";
import { fishRecorder } from "./fish/record.ts";
import { fishWidget } from "./fish/widget.ts";

/** The script for `source <(...)` or its like. */
export function fishHook(options: HookOptions): string {
  const folder = quoteForFish(options.folder);
  const program = options.program.map(quoteForFish).join(" ");
  return `# rr: records every command that is run in this fish, without starting a process.
# Load it in ~/.config/fish/config.fish:  rr hook --shell fish | source
if status is-interactive; and not functions -q __rustory_postexec

set -g __rustory_paused
set -g __rustory_session $fish_pid-(random)(random)-(random)(random)
set -gx RUSTORY_SESSION $__rustory_session
set -g __rustory_folder ${folder}
set -g __rustory_spool $__rustory_folder/$__rustory_session.spool
test -d $__rustory_folder; or command mkdir -p -m 700 -- $__rustory_folder 2>/dev/null
set -g __rustory_program rr
command -q rr; or set -g __rustory_program ${program}

${fishRecorder(options.followShell ?? true)}
${fishWidget(options)}
function rr --wraps rr
    switch "$argv"
        case pause
            set -g __rustory_paused 1
            echo 'Recording is paused in this shell. \`rr resume\` takes it up again.'
        case resume
            set -g __rustory_paused
            echo 'This shell is recorded.'
        case '*'
            command $__rustory_program $argv
    end
end

function __rustory_uninstall
    __rustory_unbind
    set -e RUSTORY_SESSION
    for name in (set -n | string match '__rustory_*')
        set -eg $name
    end
    functions -e rr (functions -na | string split ', ' | string match '__rustory_*')
end

__rustory_bind_keys

end
`;
}

/** Takes the hook out of a running shell. */
export const FISH_UNINSTALL = `functions -q __rustory_uninstall; and __rustory_uninstall
`;
