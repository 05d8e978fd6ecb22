/**
 * How the fish hook records: events give the line as typed, the status and the duration. fish has no
 * clock: the start is the machine's uptime in hundredths of a second, which is a file on Linux, added
 * to the time of its boot.
 *
 * fish itself prints that a write failed, wherever the output of the command goes. So where a file
 * cannot be written any more another program writes, whose complaint can be kept quiet.
 */

import { MOST_WRITES, UNKNOWN_STATUS } from "../hook.ts";

const WRITES = Array.from({ length: MOST_WRITES }, (_, i) => i + 1).join(" ");

/** Functions and state for the hook's script; `follow`: respect a fish that is to keep no history. */
export function fishRecorder(follow: boolean): string {
  return `# The time of day in milliseconds, and whether the disk has room: once, when the shell starts.
set -g __rustory_boot
set -g __rustory_full
set -l asked (command sh -c '{ printf . >"$1"; } 2>/dev/null || echo full; exec date +%s%3N' sh $__rustory_folder/room 2>/dev/null)
if test "$asked[1]" = full
    set -g __rustory_full 1
    set -e asked[1]
end
# On Linux the time since the machine started is in a file. Elsewhere the clock is that of a file's last
# change, in whole seconds.
if test -r /proc/uptime
    string match -qr '^\\d+$' -- "$asked[1]"; or set asked (command date +%s)000
    read -d ' ' -l up idle </proc/uptime
    set -g __rustory_boot (builtin math "$asked[1] - $up * 1000")
end
set -g __rustory_typed
set -g __rustory_command
set -g __rustory_noted
set -g __rustory_cwd
set -g __rustory_start
set -g __rustory_leaving
set -g __rustory_follow ${follow ? 1 : ""}
# A counter, each digit from 1 to 10, lowest first: sums would need a command substitution.
set -g __rustory_count 1 1 1 1 1 1
set -g __rustory_after 2 3 4 5 6 7 8 9 10 1

# Ctrl-c ends what runs on an event too, as where it is pressed twice. So the first step of each notes all it
# was told, and whatever was not done is made up for at the next: lines that are not finished stay in
# __rustory_typed, the oldest first, and what is known of the end of the oldest in __rustory_ended.
function __rustory_preexec --on-event fish_preexec
    set -ga __rustory_typed $argv[1]
    # Its own start was not noted.
    if set -q __rustory_ended[3]; and not contains -- $__rustory_ended[3] $__rustory_typed[1..-2]
        set -g __rustory_typed $__rustory_typed[1..-2] $__rustory_ended[3] $argv[1]
    end
    while set -q __rustory_typed[2]
        __rustory_finish $__rustory_ended[1..2]
    end
    __rustory_note $argv[1]
    set -g __rustory_noted 1
end

function __rustory_postexec --on-event fish_postexec
    set -g __rustory_ended $status $CMD_DURATION $argv[1]
    test "$__rustory_typed[-1]" = "$argv[1]"; or set -ga __rustory_typed $argv[1]
    while set -q __rustory_typed[2]
        __rustory_finish
    end
    __rustory_finish $__rustory_ended[1..2]
end

# The oldest line, its status and duration. Its record comes to the same one however often it is written.
function __rustory_finish
    set -q argv[2]; or set argv ${UNKNOWN_STATUS} 0
    if test -z "$__rustory_noted$__rustory_command"
        __rustory_note $__rustory_typed[1]
        if test -n "$__rustory_boot"
            read -d ' ' -l up idle </proc/uptime
            set -g __rustory_start "$__rustory_boot+"(builtin math "$up - $argv[2] / 1000")
        end
    end
    test -n "$__rustory_leaving"; and __rustory_stay
    test -n "$__rustory_command"; and __rustory_record $__rustory_spool $argv
    set -e __rustory_typed[1]
    set -eg __rustory_ended
    set -g __rustory_command
    set -g __rustory_noted
end

function __rustory_note
    set -g __rustory_command
    set -g __rustory_noted
    # A leading blank hides a line.
    string match -qr '^(?:[ \\t]|$)' -- "$argv[1]"; and return
    test -n "$RUSTORY_HOOK_DISABLE$__rustory_paused"; and return
    if test -n "$__rustory_follow"
        test -n "$fish_private_mode"; and return
        set -q fish_history; and test -z "$fish_history"; and return
        if builtin functions -q fish_should_add_to_history
            fish_should_add_to_history $argv[1]; or return
        end
    end
    set -g __rustory_cwd $PWD
    if test -n "$__rustory_boot"
        read -d ' ' -l up idle </proc/uptime
        set -g __rustory_start "$__rustory_boot+$up"
    else
        test -w $__rustory_folder; and builtin printf '' >>$__rustory_spool
        set -g __rustory_start (builtin path mtime -- $__rustory_spool)000
    end
    for i in 1 2 3 4 5 6
        set __rustory_count[$i] $__rustory_after[$__rustory_count[$i]]
        test $__rustory_count[$i] -eq 1; or break
    end
    set -g __rustory_command $argv[1]
    __rustory_may_exec $argv[1]; and __rustory_leave
end

function __rustory_exit --on-event fish_exit
    set -l code $status
    set -q __rustory_typed[1]; or return
    # A signal leaves the status of the command before.
    set -l word (string match -r '^[\\w.+-]+' -- $__rustory_typed[-1])
    set -l body
    test -n "$word"; and set body (builtin functions -- $word 2>/dev/null)
    string match -qr '\\bexit\\b' -- $__rustory_typed[-1] $body
    or set code ${UNKNOWN_STATUS}
    while set -q __rustory_typed[2]
        __rustory_finish
    end
    __rustory_finish $code 0
end

# Whether the line may end in another program: by itself or by a function it begins with, as aliases are.
function __rustory_may_exec
    string match -qr '(?:^|[\\s;&|(])exec\\s' -- $argv[1]; and return
    set -l word (string match -r '^[\\w.+-]+' -- $argv[1]); or return
    builtin functions -q -- $word; or return
    builtin contains -- $word $__rustory_plain; and return 1
    builtin functions -- $word | string match -qr '(?:^|[\\s;&|(])exec\\s'; and return
    # Those of fish itself are asked once.
    set -ga __rustory_plain $word
    return 1
end

# Nothing of this shell is left to note the end of an exec, so its record is put beside the others.
function __rustory_leave
    set -g __rustory_leaving (string replace -r '\\.spool$' .exec -- $__rustory_spool)
    __rustory_record $__rustory_leaving 0 0
end

function __rustory_stay
    command rm -f -- $__rustory_leaving 2>/dev/null
    set -g __rustory_leaving
end

# One record: see "spool record" in the sources. Only this shell writes to the file, which is the first word;
# the others are status and duration.
function __rustory_record
    set -l file $argv[1]
    # Octal: other programs know no other numbers.
    set -l form '\\036rr1\\0%s\\0%s\\0%s\\0%s\\0fish\\0%s\\0%s\\0%s\\0\\n'
    set -l record "$__rustory_count" $__rustory_start $argv[3] $argv[2] "$hostname" $__rustory_cwd $__rustory_command
    for i in ${WRITES}
        # fish itself would print that it cannot open the file.
        test -w $__rustory_folder; or return
        if test -e $file
            test -w $file; or return
        else
            set -q __rustory_mask; or set -g __rustory_mask $umask
            set -g umask 0077
            builtin printf '' >>$file
        end 2>/dev/null
        if set -q __rustory_mask
            set -g umask $__rustory_mask
            set -e __rustory_mask
        end
        if test -n "$__rustory_full"
            command sh -c 'file=$1; shift; printf "$@" >>"$file"' sh $file $form $record 2>/dev/null
            and set -g __rustory_full
        else
            builtin printf $form $record 2>/dev/null >>$file
            or set -g __rustory_full 1
        end
        # Else it was taken meanwhile, perhaps before this was in it.
        test -e $file; and return
    end
end

# What the fish that was replaced by this one noted when it went.
function __rustory_adopt
    for file in $__rustory_folder/$fish_pid-*.exec
        set -l spool (string replace -r '\\.exec$' .spool -- $file)
        command sh -c 'umask 077; cat "$1" >>"$2" && rm "$1"' sh $file $spool 2>/dev/null
    end
end
__rustory_adopt
`;
}
