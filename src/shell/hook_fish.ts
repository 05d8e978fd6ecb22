/**
 * The fish hook (3.6 and newer): a script to be sourced.
 *
 * Events give the line as typed, the status and the duration. fish has no clock: the start is the
 * machine's uptime in hundredths of a second, which is a file on Linux, added to the time of its boot.
 */
import { type HookOptions, quoteForFish } from "./hook.ts";
import { fishWidget } from "./fish/widget.ts";

/** The script for `source <(...)` or its like. */
export function fishHook(options: HookOptions): string {
  const folder = quoteForFish(options.folder);
  const program = options.program.map(quoteForFish).join(" ");
  return `# rr: records every command that is run in this fish, without starting a process.
# Load it in ~/.config/fish/config.fish:  rr hook --shell fish | source
if status is-interactive; and not functions -q __rustory_postexec

# fish has no clock of its own. On Linux the time since the machine started is in a file; when that
# was is asked for once. Elsewhere the clock is that of a file's last change, in whole seconds.
set -g __rustory_boot
if test -r /proc/uptime
    set -l now (command date +%s%3N)
    string match -qr '^\\d+$' -- $now; or set now (command date +%s)000
    read -l up idle </proc/uptime
    set -g __rustory_boot (math "$now - $up * 1000")
end
set -g __rustory_command
set -g __rustory_cwd
set -g __rustory_start
set -g __rustory_paused
# A counter, each digit from 1 to 10, lowest first: sums would need a command substitution.
set -g __rustory_count 1 1 1 1 1 1
set -g __rustory_after 2 3 4 5 6 7 8 9 10 1
set -g __rustory_session $fish_pid-(random)(random)-(random)(random)
set -gx RUSTORY_SESSION $__rustory_session
set -g __rustory_folder ${folder}
set -g __rustory_spool $__rustory_folder/$__rustory_session.spool
set -g __rustory_program rr
command -q rr; or set -g __rustory_program ${program}

function __rustory_preexec --on-event fish_preexec
    set -g __rustory_command
    # A leading blank hides a line.
    string match -qr '^(?:[ \\t]|$)' -- "$argv[1]"; and return
    test -n "$RUSTORY_HOOK_DISABLE$__rustory_paused$fish_private_mode"; and return
    if functions -q fish_should_add_to_history
        fish_should_add_to_history $argv[1]; or return
    end
    set -g __rustory_command $argv[1]
    set -g __rustory_cwd $PWD
    if test -n "$__rustory_boot"
        read -l up idle </proc/uptime
        set -g __rustory_start "$__rustory_boot+$up"
    else
        test -w $__rustory_folder; and printf '' >>$__rustory_spool
        set -g __rustory_start (path mtime -- $__rustory_spool)000
    end
    # Nothing of this shell is left to note the end of an exec.
    string match -qr '^exec\\s' -- $argv[1]; and __rustory_record 0 0
end

function __rustory_postexec --on-event fish_postexec
    set -l code $status
    set -l took $CMD_DURATION
    test -n "$__rustory_command"; and __rustory_record $code $took
end

function __rustory_exit --on-event fish_exit
    set -l code $status
    test -n "$__rustory_command"; and __rustory_record $code 0
end

# One record: see "spool record" in the sources. Only this shell writes to the file.
function __rustory_record
    for i in 1 2 3 4 5 6
        set __rustory_count[$i] $__rustory_after[$__rustory_count[$i]]
        test $__rustory_count[$i] -eq 1; or break
    end
    set -l command $__rustory_command
    set -g __rustory_command
    # fish itself would print that it cannot open the file.
    test -w $__rustory_folder; or return
    if not test -e $__rustory_spool
        set -l mask $umask
        set -g umask 0077
        printf '' >>$__rustory_spool
        set -g umask $mask
    end 2>/dev/null
    printf '\\x1err1\\0%s\\0%s\\0%s\\0%s\\0fish\\0%s\\0%s\\0%s\\0\\n' "$__rustory_count" $__rustory_start $argv[2] \\
        $argv[1] "$hostname" $__rustory_cwd $command 2>/dev/null >>$__rustory_spool
end

${fishWidget(options)}
function rr --wraps rr
    switch "$argv[1]"
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
    functions -e rr __rustory_preexec __rustory_postexec __rustory_exit __rustory_record \\
        __rustory_search __rustory_up __rustory_unbind __rustory_bind_keys __rustory_uninstall
end

__rustory_bind_keys

end
`;
}

/** Takes the hook out of a running shell. */
export const FISH_UNINSTALL = `functions -q __rustory_uninstall; and __rustory_uninstall
`;
