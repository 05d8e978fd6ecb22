/**
 * The bash hook (5.0 and newer): a script to be sourced. How it records is told in `bash/record.ts`,
 * what ctrl-r does is in `bash/widget.ts`.
 */
import { bashRecorder } from "./bash/record.ts";
import { bashWidget } from "./bash/widget.ts";
import { quoteForShell } from "../base/shell_words.ts";
import { type HookOptions, UNKNOWN_STATUS } from "./hook.ts";

// Found when the shell starts.
const SCRATCH = "''";

/** The script for `source <(...)` or its like. */
export function bashHook(options: HookOptions): string {
  const folder = quoteForShell(options.folder);
  const scratch = options.scratch === undefined ? SCRATCH : quoteForShell(options.scratch);
  const program = options.program
    .map((word, i) => `__rustory_program[${i}]=${quoteForShell(word)}`).join(" ");
  return `# rr: records every command that is run in this bash, without starting a process.
# Load it near the end of ~/.bashrc:  eval "$(rr hook --shell bash)"

# Aliases are expanded when a function is read: those of the user must not change ours. What is defined
# under allexport would be in all children, and with set -k the words of a command are not its own.
__rustory_aliases=:
\\builtin shopt -q expand_aliases && __rustory_aliases='\\builtin shopt -s expand_aliases'
[[ $- == *a* ]] && __rustory_aliases+='; \\builtin set -a'
[[ $- == *k* ]] && __rustory_aliases+='; \\builtin set -k'
\\builtin shopt -u expand_aliases
\\builtin set +ak

if [[ $- != *i* ]]; then
  :
elif ((BASH_VERSINFO[0] < 5)); then
  builtin printf '%s\\n' "rr: recording needs bash 5.0 or newer, and this is $BASH_VERSION. Commands typed here can be taken in later with 'rr import --from bash'." >&2
elif builtin shopt -q restricted_shell; then
  builtin printf '%s\\n' "rr: nothing is recorded in this shell: a restricted bash writes no files." >&2
elif { builtin declare -F builtin || builtin declare -F local || builtin declare -F return; } >&2; then
  builtin printf '%s\\n' "rr: nothing is recorded in this shell: there is a function of the name above, which the hook needs as bash has it." >&2
elif ! builtin declare -g PROMPT_COMMAND+= PS0+= 2>/dev/null; then
  builtin printf '%s\\n' "rr: nothing is recorded in this shell: PROMPT_COMMAND or PS0 is read-only. Load the hook before the line that makes it so." >&2
elif [[ \${__rustory_pid-} != "$$" ]]; then

# The original's hook, in a shell that was open before: ours takes the place of its functions, and its
# trap goes if it still is the one.
if builtin declare -F __rustory_ctrl_r >/dev/null; then
  [[ $(builtin trap -p DEBUG) != *__rustory_preexec* ]] || builtin trap - DEBUG
  builtin unset -f __rustory_preexec __rustory_ctrl_r __rustory_epoch_ms __rustory_hook_disabled
fi
# It does nothing where this is set, and would take over from us otherwise.
__RUSTORY_HOOK_INSTALLED=1

__rustory_pid=$$ __rustory_paused=
${bashRecorder(options.followShell ?? true)}
${bashWidget(options)}
function rr {
  case \${#}:\${1-} in
    1:pause) __rustory_paused=1; builtin printf '%s\\n' 'Recording is paused in this shell. \`rr resume\` takes it up again.' ;;
    1:resume) __rustory_paused=; builtin printf '%s\\n' 'This shell is recorded.' ;;
    *) command "\${__rustory_program[@]}" "$@" ;;
  esac
}

__rustory_uninstall() {
  __rustory_unbind
  __rustory_unrecord
  local __rustory_one
  for __rustory_one in $(builtin compgen -A function __rustory_); do builtin unset -f "$__rustory_one"; done
  builtin unset -f rr
  builtin unset RUSTORY_SESSION __RUSTORY_HOOK_INSTALLED "\${!__rustory_@}"
}

# ble.sh replaces the line editor and has hooks of its own.
__rustory_ble_preexec() {
  __rustory_start[0]=\${EPOCHREALTIME//[!0-9]/} __rustory_cwd[0]=$PWD __rustory_word[0]=$1
}
__rustory_ble_precmd() {
  local __rustory_status=$?
  __rustory_ble_end "$__rustory_status"
  return "$__rustory_status"
}
# Of what the shell ends with only a status that is none of success is sure.
__rustory_ble_exit() {
  local __rustory_status=$?
  __rustory_ble_end "$((__rustory_status ? __rustory_status : ${UNKNOWN_STATUS}))"
  return "$__rustory_status"
}
__rustory_ble_end() {
  local __rustory_end=\${EPOCHREALTIME//[!0-9]/}
  if [[ -n \${__rustory_word[0]-} ]]; then
    { __rustory_record "$((++__rustory_n_noted))" "\${__rustory_start[0]}" "$__rustory_end" "$1" \\
      "\${__rustory_cwd[0]}" "\${__rustory_word[0]}"; } 2>/dev/null
  fi
  __rustory_word[0]=
}

((__rustory_n_usual = 1\${#__rustory_element}, 1))
__rustory_session=$$-\${EPOCHREALTIME//[!0-9]/}-$RANDOM$RANDOM
__rustory_spool=${folder}/$__rustory_session.spool
__rustory_line=${folder}
[[ -d $__rustory_line ]] || command mkdir -p -m 700 -- "$__rustory_line" 2>/dev/null
__rustory_line=${scratch}
if [[ -z $__rustory_line ]]; then
  __rustory_line=${folder}
  if [[ \${XDG_RUNTIME_DIR-} == /* && -O $XDG_RUNTIME_DIR ]]; then
    [[ -d $XDG_RUNTIME_DIR/rustory ]] || command mkdir -m 700 -- "$XDG_RUNTIME_DIR/rustory" 2>/dev/null
    [[ ! -O $XDG_RUNTIME_DIR/rustory ]] || __rustory_line=$XDG_RUNTIME_DIR/rustory
  fi
fi
__rustory_line+=/$__rustory_session.line
# Where the folder for the files of a moment went away, as at a logout.
__rustory_spare=${folder}/$__rustory_session.line
__rustory_program[0]=rr
builtin type -P rr >/dev/null || ${program}
builtin export "RUSTORY_SESSION=$__rustory_session"
builtin export -n "\${!__rustory_@}"
if [[ -n \${BLE_VERSION-} ]]; then
  blehook PREEXEC+=__rustory_ble_preexec PRECMD+=__rustory_ble_precmd EXIT+=__rustory_ble_exit
else
  __rustory_set_out 2>/dev/null
fi
__rustory_bind_keys

fi
\\builtin eval "$__rustory_aliases"
\\builtin unset __rustory_aliases
`;
}

/** Takes the hook out of a running shell. */
export const BASH_UNINSTALL =
  `if declare -F __rustory_uninstall >/dev/null; then __rustory_uninstall; fi
`;
