/**
 * Up and Down in fish: through the commands of this session and then those of before, in the line itself,
 * as the daemon knows them; and Right on an empty line, which puts the likeliest command on it. Without a
 * daemon the keys do what they do in fish. fish's own suggestions cannot be told what to say.
 */
import { BASH_DAEMON_CLIENT } from "../bash/daemon_client.ts";
import { quoteForFish } from "../../base/shell_words.ts";
import { MAX_QUERY_CHARS } from "../widget.ts";

/** Prints the status of a question and the fields of the answer, each with a NUL behind it. */
const CLIENT = `${BASH_DAEMON_CLIENT}
__rustory_unbroken __rustory_question "$@"
printf '%s\\0' "$?" "\${__rustory_reply[@]}"
`;

/** A function for the hook's script: the answer to a question, field by field, behind its status. */
export const FISH_QUESTION = `set -g __rustory_asking ${quoteForFish(CLIENT)}

function __rustory_question
    test -n "$__rustory_door"; and test -r "$__rustory_door"; and command -q bash; or return
    command bash --norc --noprofile -c $__rustory_asking rr $__rustory_door $argv | string split0
end
`;

/** Functions for the hook's script; none if the keys are left alone. */
export function fishWalk(isWanted: boolean): string {
  return isWanted ? WALK : "";
}

/** As {@linkcode fishWalk}. */
export function fishSuggest(isWanted: boolean): string {
  return isWanted ? SUGGEST : "";
}

const WALK = `set -g __rustory_walk
set -g __rustory_step 0
set -g __rustory_got 0
set -g __rustory_walked
set -g __rustory_own
set -g __rustory_by_shell

# Up: within a text of several lines the line above, from its first line on the command before.
function __rustory_up
    if commandline --paging-mode; or commandline --search-mode
        up-or-search
    else if test (commandline -L) -gt 1
        commandline -f up-line
    else if not __rustory_back
        set -g __rustory_by_shell 1
        up-or-search
    end
end

function __rustory_down
    set -l line (commandline -b | string collect)
    if commandline --paging-mode; or commandline --search-mode
        down-or-search
    else if test (commandline -L) -lt (commandline -b | count)
        commandline -f down-line
    else if test $__rustory_step -gt 0; and test "$line" = "$__rustory_walked"
        set -g __rustory_step (builtin math $__rustory_step - 1)
        __rustory_put
    else
        down-or-search
    end
end

# One command back. Fails if there is no daemon to ask, and then does not ask again on this line.
function __rustory_back
    test -z "$__rustory_by_shell"; or return 1
    set -l line (commandline -b | string collect)
    if test $__rustory_step -eq 0; or test "$line" != "$__rustory_walked"
        # From another line: what it holds is what the commands begin with, and comes back with Down.
        test (string length -- "$line" | string collect) -le ${MAX_QUERY_CHARS}; or return 1
        set -g __rustory_own "$line"
        set -g __rustory_walk
        set -g __rustory_step 0
        set -g __rustory_got 0
    end
    if test $__rustory_step -eq (count $__rustory_walk)
        set -l reply (__rustory_question earlier "$RUSTORY_SESSION" "$__rustory_own" $__rustory_got)
        if test "$reply[1]" = 0
            set -g __rustory_got (builtin math $__rustory_got + (count $reply) - 1)
            # Another shell may have added one meanwhile.
            for one in $reply[2..]
                contains -- $one $__rustory_walk; or set -ga __rustory_walk $one
            end
        else if test $__rustory_step -eq 0
            return 1
        end
    end
    test $__rustory_step -lt (count $__rustory_walk); or return 0
    set -g __rustory_step (builtin math $__rustory_step + 1)
    __rustory_put
end

function __rustory_put
    set -g __rustory_walked "$__rustory_own"
    test $__rustory_step -eq 0; or set -g __rustory_walked $__rustory_walk[$__rustory_step]
    commandline -r -- $__rustory_walked
end

function __rustory_stop_walk --on-event fish_prompt
    set -g __rustory_step 0
    set -g __rustory_walked
    set -g __rustory_by_shell
end

function __rustory_walk_keys
    for mode in default insert
        bind -M $mode \\e\\[A __rustory_up
        bind -M $mode \\eOA __rustory_up
        bind -M $mode \\e\\[B __rustory_down
        bind -M $mode \\eOB __rustory_down
    end
end

function __rustory_walk_no_more
    for mode in default insert
        for key in \\e\\[A \\eOA \\e\\[B \\eOB
            bind -M $mode -e $key
        end
    end 2>/dev/null
end
`;

const SUGGEST = `function __rustory_right
    if test -n "$(commandline -b)"; or commandline --paging-mode
        commandline -f forward-char
        return
    end
    set -l reply (__rustory_question suggest "$RUSTORY_SESSION" $PWD '')
    test "$reply[1]" = 0; and test -n "$reply[2]"; or return
    commandline -r -- $reply[2]
end

function __rustory_suggest_keys
    for mode in default insert
        bind -M $mode \\e\\[C __rustory_right
        bind -M $mode \\eOC __rustory_right
    end
end

function __rustory_suggest_no_more
    for mode in default insert
        bind -M $mode -e \\e\\[C
        bind -M $mode -e \\eOC
    end 2>/dev/null
end
`;
