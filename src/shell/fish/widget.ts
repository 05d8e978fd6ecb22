/** What ctrl-r and Up do in the fish hook, and their keys. */
import type { HookOptions } from "../hook.ts";

/**
 * Functions for the hook's script. `__rustory_bind_keys` takes the keys, `__rustory_unbind` gives them
 * back; `$__rustory_program` starts rr.
 */
export function fishWidget(options: Pick<HookOptions, "upArrow">): string {
  const up = options.upArrow ? "" : "# --up-arrow: ";
  return `function __rustory_search
    set -l answer (command $__rustory_program search -i --widget $argv --query=(commandline -b | string collect) </dev/tty 2>/dev/tty | string collect -N)
    set -l skip 0
    string match -q 'edit*' -- "$answer"; and set skip 6
    string match -q 'run*' -- "$answer"; and set skip 5
    if test $skip -gt 0
        commandline -r -- (string sub -s $skip -- $answer | string collect)
    end
    commandline -f repaint
    test $skip -eq 5; and commandline -f execute
end

# Up: in the first line of the buffer this session's commands, else the line above.
function __rustory_up
    if test (commandline -L) -gt 1
        commandline -f up-or-search
    else
        __rustory_search --up
    end
end

function __rustory_bind_keys
    for mode in default insert
        bind -M $mode \\cr __rustory_search
        ${up}bind -M $mode \\e\\[A __rustory_up
        ${up}bind -M $mode \\eOA __rustory_up
    end
end

function __rustory_unbind
    for mode in default insert
        bind -M $mode -e \\cr
        bind -M $mode -e \\e\\[A
        bind -M $mode -e \\eOA
    end 2>/dev/null
end
`;
}
