/** What ctrl-r and Up do in the fish hook, and their keys. */
import { BASH_DAEMON_CLIENT } from "../bash/daemon_client.ts";
import { quoteForFish } from "../../base/shell_words.ts";
import { FISH_QUESTION, fishSuggest, fishWalk } from "./walk.ts";
import {
  DROP_TYPED,
  MAX_QUERY_CHARS,
  SAVE_PLACE,
  TIDY_SCREEN,
  type WidgetOptions,
} from "../widget.ts";

/**
 * Prints the status of the request, and the answer. A line that the daemon has closed must not end it at
 * the second write.
 */
const CLIENT = `${BASH_DAEMON_CLIENT}
__rustory_answer=
__rustory_meanwhile() { :; }
trap '' PIPE
__rustory_ask "$@"
printf '%s%s' $? "$__rustory_answer"
`;

/**
 * Functions for the hook's script. `__rustory_bind_keys` takes the keys, `__rustory_unbind` gives them
 * back; `$__rustory_program` starts rr.
 */
export function fishWidget(options: WidgetOptions): string {
  const { upArrow, suggest = false } = options;
  const keys = (of: string): string =>
    [upArrow ? `__rustory_walk_${of}` : "", suggest ? `__rustory_suggest_${of}` : ""].join(
      "\n    ",
    );
  const door = quoteForFish(options.door ?? "");
  return `set -g __rustory_door ${door}
set -g __rustory_at
set -g __rustory_client ${quoteForFish(CLIENT)}
${upArrow || suggest ? FISH_QUESTION : ""}
${fishWalk(upArrow)}
${fishSuggest(suggest)}
function __rustory_search
    # A longer line is no query, and may be too long to be handed over.
    set -l query (commandline -b | string collect)
    test (string length -- "$query" | string collect) -le ${MAX_QUERY_CHARS}; or set query
    # The daemon that runs anyway paints at once; only where there is none rr is started. fish cannot open
    # a connection: a bash of a moment does.
    if test -n "$__rustory_door"; and test -r "$__rustory_door"; and command -q bash
        if test -z "$__rustory_at"
            # On Linux no process has to be asked.
            set -l path (builtin realpath /proc/self/fd/0 2>/dev/null)
            string match -q '/dev/*' -- $path; or set path (command tty)
            set -l id (command stat -Lc '%d:%i' $path 2>/dev/null; or command stat -Lf '%d:%i' $path 2>/dev/null)
            set -g __rustory_at $id $path
        end
        set -l color
        test -n "$NO_COLOR"; and set color no-colour
        test -n "$TMUX"; and set -a color tmux tmux=$TMUX
        set -l locale (string match -r '.+' -- $LC_ALL $LC_CTYPE $LANG)
        set -a color "locale=$locale[1]"
        set -l answer (command bash --norc --noprofile -c $__rustory_client rr $__rustory_door "$__rustory_at[2]" "$__rustory_at[1]" \\
            "$COLUMNS" "$LINES" "$RUSTORY_SESSION" $PWD "--ahead $color" (string replace -ra '[[:cntrl:]]' ' ' -- "$query" | string collect) | string collect -N)
        switch (string sub -l 1 -- "$answer" | string collect)
            case 0
                __rustory_answer (string sub -s 2 -- $answer | string collect -N)
                return
            case 2
                ${DROP_TYPED}
                __rustory_tidy
                __rustory_answer ''
                return
        end
    end
    printf '${SAVE_PLACE}' >/dev/tty
    # The status is not printed behind the answer: fish may pass on what a builtin prints before what the
    # program before it had printed.
    set -l answer (command $__rustory_program search -i --widget --ahead --query="$query" </dev/tty 2>/dev/tty | string collect -N)
    set -l code $pipestatus[1]
    if test "$code" -gt 1 -a "$code" -ne 130
        __rustory_tidy
    end
    __rustory_answer "$answer"
end

# What a picker that was killed could not do: wipes what was shown. How the terminal is set fish puts back
# by itself after each function of a key.
function __rustory_tidy
    printf '${TIDY_SCREEN}' >/dev/tty
end

# The answer, as \`rr search --widget --ahead\` gives it. fish takes back no keys: of what was typed behind
# the choice it gets the text, and the first Enter. What follows that waits on the next prompt.
function __rustory_answer
    set -l text (string replace -r '\\n\\.[\\\\\\\\0-7]*\\s*\\z' '' -- "$argv[1]" | string collect)
    set -l ahead (string match -r '(?:\\\\\\\\[0-7]{3})+(?=\\s*\\z)' -- "$argv[1]")
    set -l skip 0
    string match -q 'edit*' -- "$text"; and set skip 6
    string match -q 'run*' -- "$text"; and set skip 5
    if test $skip -gt 0
        commandline -r -- (string sub -s $skip -- $text | string collect)
    end
    commandline -f repaint
    test -n "$ahead"; and set ahead (printf "$ahead" | string collect -N)
    if test -n "$ahead" -a $skip -ne 5
        commandline -i -- (string replace -r '[[:cntrl:]].*' '' -- "$ahead" | string collect)
        if string match -qr '^[^[:cntrl:]]*\\r' -- "$ahead"
            set skip 5
            set ahead (string replace -r '^[^[:cntrl:]]*\\r' '' -- "$ahead" | string collect -N)
        end
    end
    if test $skip -eq 5
        test -n "$ahead"; and __rustory_type_later "$ahead"
        commandline -f execute
    end
end

# Puts lines on the prompt behind the command that is about to run, if it does run.
function __rustory_type_later
    set -l lines (string match -r '^[^[:cntrl:]]*(?:\\r[^[:cntrl:]]*)*' -- "$argv[1]" | string collect)
    set -g __rustory_later (commandline -b | string collect) (string trim -c \\r -- "$lines" | string replace -a \\r \\n | string collect)
    function __rustory_put_later --on-event fish_postexec
        functions -e __rustory_put_later
        test "$argv[1]" = "$__rustory_later[1]"; and commandline -i -- "$__rustory_later[2]"
        set -e __rustory_later
    end
end

function __rustory_bind_keys
    for mode in default insert
        bind -M $mode \\cr __rustory_search
    end
    ${keys("keys")}
end

function __rustory_unbind
    for mode in default insert
        bind -M $mode -e \\cr
    end 2>/dev/null
    ${keys("no_more")}
end
`;
}
