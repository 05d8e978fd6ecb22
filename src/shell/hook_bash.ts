/**
 * The bash hook (5.0 and newer): a script to be sourced.
 *
 * PS0 is expanded by the shell itself between Enter and the command, so it can note the time and the
 * number in the history without a trap; a line that is hidden from the history does not change that
 * number. The text is then read from the history through a file, since a command substitution forks.
 */
import { type HookOptions, quoteForShell } from "./hook.ts";
import { bashWidget } from "./bash/widget.ts";

/** The script for `source <(...)` or its like. */
export function bashHook(options: HookOptions): string {
  const folder = quoteForShell(options.folder);
  const scratch = quoteForShell(options.scratch);
  const program = options.program.map(quoteForShell).join(" ");
  return `# rr: records every command that is run in this bash, without starting a process.
# Load it near the end of ~/.bashrc:  eval "$(rr hook --shell bash)"

# Aliases are expanded when a function is read: those of the user must not change ours.
__rustory_aliases=$(\\shopt -p expand_aliases)
\\shopt -u expand_aliases

if [[ $- != *i* ]]; then
  :
elif ((BASH_VERSINFO[0] < 5)); then
  printf '%s\\n' "rr: recording needs bash 5.0 or newer, and this is $BASH_VERSION. Commands typed here can be taken in later with 'rr import --from bash'." >&2
elif [[ \${__rustory_pid-} != "$$" ]]; then

# The original's hook, in a shell that was open before: ours takes the place of its functions, and its
# trap goes if it still is the one.
if declare -F __rustory_ctrl_r >/dev/null; then
  [[ $(trap -p DEBUG) != *__rustory_preexec* ]] || trap - DEBUG
  unset -f __rustory_preexec __rustory_ctrl_r __rustory_epoch_ms __rustory_hook_disabled
fi
# It does nothing where this is set, and would take over from us otherwise.
__RUSTORY_HOOK_INSTALLED=1

__rustory_pid=$$ __rustory_start= __rustory_command= __rustory_paused= __rustory_none= __rustory_dedup=
__rustory_number=0 __rustory_entry=0 __rustory_seen=-1 __rustory_cwd=$PWD
unset __rustory_last

# Expanded by bash itself between Enter and the command: notes the time and the history number. No
# other "!" may be in it: in posix mode that is the number too.
__rustory_ps0='\${__rustory_none:$((__rustory_start=\${EPOCHREALTIME//[^0-9]/},__rustory_entry=\\!,0)):0}'

# The first prompt command. $? and PIPESTATUS are intact here and stay so for all others.
__rustory_precmd() {
  local __rustory_status=$?
  if [[ -n $__rustory_start ]]; then
    { __rustory_finish "$__rustory_status"; } 2>/dev/null
    __rustory_start=
  fi
  # An element of its own leaves $? alone, and a status would set off an ERR trap.
  [[ -n $__rustory_array && \${PROMPT_COMMAND[0]-} == __rustory_precmd ]] || return "$__rustory_status"
}

__rustory_finish() {
  local __rustory_end=\${EPOCHREALTIME//[!0-9]/} __rustory_text= __rustory_index=
  [[ -z \${RUSTORY_HOOK_DISABLE-} && -z $__rustory_paused ]] || return 0
  # Nothing new in the history: the line was hidden. With erasedups it may stand for a repeat.
  [[ $__rustory_entry != "$__rustory_seen" || \${HISTCONTROL-} == *erasedups* ]] || return 0
  __rustory_read_last
  if [[ $__rustory_text == "\${__rustory_last-}" ]]; then
    if [[ \${HISTCONTROL-} == *erasedups* ]]; then
      [[ $__rustory_entry != "$__rustory_seen" ||
        -z \${HISTIGNORE-} && $HISTCONTROL != *ignorespace* ]] || return 0
    elif [[ -n $__rustory_dedup && -n $__rustory_index ]]; then
      history -d "$__rustory_index"
    fi
  fi
  __rustory_last=$__rustory_text
  [[ -n $__rustory_text && $__rustory_text != [[:blank:]]* ]] || return 0
  __rustory_record "$1" "$__rustory_text"
}

# One record: see "spool record" in the sources. Only this shell writes to the file.
__rustory_record() {
  local __rustory_took=$(((__rustory_end - __rustory_start) / 1000))
  ((__rustory_took >= 0)) || __rustory_took=0
  [[ -e $__rustory_spool ]] || __rustory_create
  printf '\\x1err1\\0%s\\0%s\\0%s\\0%s\\0bash\\0%s\\0%s\\0%s\\0\\n' "$((++__rustory_number))" \\
    "$((__rustory_start / 1000))" "$__rustory_took" "$1" "\${HOSTNAME-}" "$__rustory_cwd" "$2" \\
    >>"$__rustory_spool"
}

# 0600 whatever the umask is. That is in a file on Linux; elsewhere it takes a file to learn it without
# a fork.
__rustory_create() {
  local __rustory_key= __rustory_umask=
  if [[ -r /proc/$$/status ]]; then
    while read -r __rustory_key __rustory_umask; do
      [[ $__rustory_key != Umask: ]] || break
    done </proc/$$/status
  fi
  if [[ $__rustory_key != Umask: ]]; then
    umask >>"$__rustory_line"
    read -r __rustory_umask <"$__rustory_line" || :
    : >|"$__rustory_line"
  fi
  umask 077
  : >>"$__rustory_spool"
  umask "\${__rustory_umask:-022}"
}

# The newest line of the history, through a file: a variable can be filled by a builtin alone, while
# $(history 1) would fork. The file is empty but for a moment, and appended to: ext4 writes a file that
# is replaced to the disk at once.
__rustory_read_last() {
  __rustory_text= __rustory_index=
  [[ ! -s $__rustory_line ]] || : >|"$__rustory_line"
  if [[ -n \${HISTTIMEFORMAT+x} && \${HISTTIMEFORMAT@a} == *r* ]]; then
    # Read-only here: \`history\` would print the time, \`fc\` never does.
    fc -ln -0 >>"$__rustory_line"
    IFS= read -r -d '' __rustory_text <"$__rustory_line" || :
  else
    HISTTIMEFORMAT= history 1 >>"$__rustory_line"
    IFS= read -r -d '' __rustory_text <"$__rustory_line" || :
    __rustory_text=\${__rustory_text#"\${__rustory_text%%[! ]*}"}
    __rustory_index=\${__rustory_text%%[!0-9]*}
    __rustory_text=\${__rustory_text#"$__rustory_index"}
  fi
  : >|"$__rustory_line"
  __rustory_text=\${__rustory_text#??}
  __rustory_text=\${__rustory_text%$'\\n'}
}

# The last prompt command: what the next command starts from, and whether we are still hooked in.
__rustory_prompt() {
  local __rustory_status=$? __rustory_bang='\\!'
  {
    __rustory_seen=\${__rustory_bang@P}
    __rustory_cwd=$PWD
    case \${HISTCONTROL-} in *ignoredups* | *ignoreboth*) __rustory_keep_repeats ;; esac
    if [[ -z \${__rustory_last+x} || $__rustory_seen == 1 ]]; then
      local __rustory_text= __rustory_index=
      __rustory_read_last
      __rustory_last=$__rustory_text
      # bash calls the first line 1, and an empty history too.
      [[ -n $__rustory_text ]] || __rustory_seen=0
    fi
    if ! shopt -q promptvars; then
      # It would be shown as it is.
      PS0=\${PS0//"$__rustory_ps0"/}
    elif [[ \${PS0-} != *__rustory_start=* ]]; then
      PS0=\${PS0-}$__rustory_ps0
    fi
    [[ \${PROMPT_COMMAND[0]-} == __rustory_precmd* ]] || __rustory_hook
    [[ \${PROMPT_COMMAND[0]} == __rustory_precmd || -z $__rustory_array ]] || __rustory_hook
  } 2>/dev/null
  [[ -n $__rustory_array ]] || return "$__rustory_status"
}

# With ignoredups a repeat looks just like a hidden line. So bash keeps repeats, we see them, and take
# them out of its history again.
__rustory_keep_repeats() {
  local __rustory_kept=:$HISTCONTROL:
  __rustory_kept=\${__rustory_kept//:ignoreboth:/:ignorespace:}
  __rustory_kept=\${__rustory_kept//:ignoredups:/:}
  __rustory_kept=\${__rustory_kept#:}
  HISTCONTROL=\${__rustory_kept%:}
  __rustory_dedup=1
}

# Puts us first and last among the prompt commands. As elements of an array (5.1 and newer) they leave
# $? and PIPESTATUS alone. The first element is where other tools put theirs in front or behind.
__rustory_hook() {
  local __rustory_one __rustory_rest=()
  for __rustory_one in "\${PROMPT_COMMAND[@]}"; do
    __rustory_one=\${__rustory_one//__rustory_precmd/}
    __rustory_one=\${__rustory_one//__rustory_prompt/}
    while [[ $__rustory_one == [[:space:]\\;]* ]]; do __rustory_one=\${__rustory_one#?}; done
    while [[ $__rustory_one == *[[:space:]\\;] ]]; do __rustory_one=\${__rustory_one%?}; done
    [[ -n $__rustory_one ]] && __rustory_rest+=("$__rustory_one")
  done
  if [[ -n $__rustory_array ]]; then
    PROMPT_COMMAND=(__rustory_precmd \${__rustory_rest[@]+"\${__rustory_rest[@]}"} __rustory_prompt)
  else
    PROMPT_COMMAND=__rustory_precmd$'\\n'\${__rustory_rest[0]+\${__rustory_rest[0]}$'\\n'}__rustory_prompt
  fi
}

${bashWidget(options)}
function rr {
  case \${1-} in
    pause) __rustory_paused=1; printf '%s\\n' 'Recording is paused in this shell. \`rr resume\` takes it up again.' ;;
    resume) __rustory_paused=; printf '%s\\n' 'This shell is recorded.' ;;
    *) command "\${__rustory_program[@]}" "$@" ;;
  esac
}

__rustory_uninstall() {
  local __rustory_one __rustory_rest=()
  __rustory_unbind
  PS0=\${PS0//"$__rustory_ps0"/}
  __rustory_hook
  if [[ -n $__rustory_array ]]; then
    PROMPT_COMMAND=("\${PROMPT_COMMAND[@]:1:\${#PROMPT_COMMAND[@]}-2}")
  else
    PROMPT_COMMAND=\${PROMPT_COMMAND#__rustory_precmd$'\\n'}
    PROMPT_COMMAND=\${PROMPT_COMMAND%__rustory_prompt}
  fi
  [[ -n $__rustory_dedup ]] && HISTCONTROL=\${HISTCONTROL:+$HISTCONTROL:}ignoredups
  unset -f rr __rustory_precmd __rustory_finish __rustory_read_last \\
    __rustory_record __rustory_create __rustory_prompt __rustory_keep_repeats __rustory_hook \\
    __rustory_search __rustory_bind __rustory_bind_keys __rustory_unbind __rustory_ble_preexec __rustory_ble_precmd __rustory_uninstall
  unset RUSTORY_SESSION __RUSTORY_HOOK_INSTALLED "\${!__rustory_@}"
}

# ble.sh replaces the line editor and has hooks of its own.
__rustory_ble_preexec() {
  __rustory_command=$1 __rustory_cwd=$PWD __rustory_start=\${EPOCHREALTIME//[!0-9]/}
}
__rustory_ble_precmd() {
  local __rustory_status=$? __rustory_end=\${EPOCHREALTIME//[!0-9]/}
  if [[ -n $__rustory_start && -n $__rustory_command && $__rustory_command != [[:blank:]]* &&
    -z \${RUSTORY_HOOK_DISABLE-} && -z $__rustory_paused ]]; then
    { __rustory_record "$__rustory_status" "$__rustory_command"; } 2>/dev/null
  fi
  __rustory_start= __rustory_command=
  return "$__rustory_status"
}

__rustory_array=
((BASH_VERSINFO[0] > 5 || BASH_VERSINFO[1] > 0)) && __rustory_array=1
__rustory_session=$$-\${EPOCHREALTIME//[!0-9]/}-$RANDOM$RANDOM
__rustory_spool=${folder}/$__rustory_session.spool
__rustory_line=${scratch}/$__rustory_session.line
__rustory_program=(rr)
type -P rr >/dev/null || __rustory_program=(${program})
export RUSTORY_SESSION=$__rustory_session
export -n \${!__rustory_@}
(
  umask 077
  : >|"$__rustory_line"
) 2>/dev/null

if [[ -n \${BLE_VERSION-} ]]; then
  blehook PREEXEC+=__rustory_ble_preexec PRECMD+=__rustory_ble_precmd
else
  __rustory_hook
  PS0=\${PS0-}$__rustory_ps0
fi
__rustory_bind_keys

fi
\\eval "$__rustory_aliases"
\\unset __rustory_aliases
`;
}

/** Takes the hook out of a running shell. */
export const BASH_UNINSTALL =
  `if declare -F __rustory_uninstall >/dev/null; then __rustory_uninstall; fi
`;
