/** What ran since the look before, told by the numbers of the history. */
import { UNKNOWN_STATUS } from "../hook.ts";
import { v } from "./numbers.ts";

/** A builtin is called by its name, or past a function or alias of that name. */
const PREFIX = "?(builtin\\ |command\\ |\\\\)";

/**
 * bash times its lines by a clock that is set at each tick of the machine's timer, up to 10 ms behind the
 * one that we look at: a line that comes right behind a prompt may seem a second older than it. Lines that
 * are older by this are older.
 */
const TIMER_LAG_US = 100_000;

/** What takes its own line out of the history. */
const HISTORY_COMMAND = `${PREFIX}history\\ -[sp]`;

/** Functions for the hook's script. */
export const BASH_TAKE =
  `# Everything since the look before: the commands that PS0 noted, and lines that came into the history
# without one.
__rustory_take() {
  local -a __rustory_lines __rustory_times
  local __rustory_i
  local __rustory_now=$${v("number")} __rustory_seen=$${v("seen")}
  local __rustory_first=$((${v("done")} + 1)) __rustory_since=$(((${
    v("lookedUs")
  } - ${TIMER_LAG_US}) / 1000000))
  for ((__rustory_i = __rustory_first; __rustory_i <= ${v("noted")}; __rustory_i++)); do
    __rustory_start[__rustory_i]=$((10#0\${__rustory_start[__rustory_i]//[!0-9]/}))
    ((__rustory_start[__rustory_i] > 0)) || __rustory_start[__rustory_i]=$${v("endUs")}
  done
  # The clock was set back: times tell nothing.
  ((\${__rustory_start[__rustory_first]:-${v("endUs")}} >= ${v("lookedUs")})) || __rustory_since=0
  local __rustory_known __rustory_known_time __rustory_known_word
  __rustory_recall "\${__rustory_last[@]: -1}"
  [[ -n $__rustory_own_limit ]] || builtin trap '' XFSZ
  local __rustory_was_off=$((${v("off")}))
  __rustory_off
  __rustory_read
  if ((${v("looks")} > 1)); then
    for ((__rustory_i = __rustory_first; __rustory_i <= ${v("noted")}; __rustory_i++)); do
      __rustory_noted "$__rustory_i"
      __rustory_seen=\${__rustory_entry[__rustory_i]}
    done
    # The number of an empty history is that of the first line.
    # After a command that PS0 noted only the lines of an editor were run; \`history -r\` reads others.
    if ((__rustory_now > __rustory_seen)) && [[ $__rustory_first -gt $${v("noted")} ||
      \${__rustory_witness[${v("turn")}]-} == ${PREFIX}fc* ]]; then
      # That of a command that was dealt with before is no number.
      local __rustory_after=0
      ((__rustory_first > ${v("noted")})) || __rustory_after=\${__rustory_start[${v("noted")}]-0}
      __rustory_unnoted $((__rustory_seen + 1)) "$__rustory_now" "$${v("status")}" \\
        "$__rustory_after" $((__rustory_first <= ${v("noted")}))
    fi
  fi
  ((\${#__rustory_lines[@]})) || ${v("number")}=0
  __rustory_last[${
    v("looks")
  }]="\${__rustory_times[__rustory_now]:-0} \${#__rustory_known_word} $__rustory_known_word\${__rustory_lines[__rustory_now]-}"
  __rustory_settle
}

# All is dealt with. Arrays that are made anew are quicker than unset elements.
__rustory_settle() {
  local __rustory_kept=\${__rustory_last[${v("looks")}]-}
  builtin unset -v __rustory_cwd __rustory_word __rustory_start __rustory_entry __rustory_before __rustory_witness \\
    __rustory_others __rustory_absent __rustory_words __rustory_last
  __rustory_last[${v("looks")}]=$__rustory_kept
  ((__rustory_settled, 1))
}

# While the history is off its number is 1, whatever is in it.
__rustory_off() {
  ((${v("off")} = 0, 1))
  [[ :$SHELLOPTS: != *:history:* ]] || return 0
  local __rustory_i
  __rustory_now=$__rustory_seen
  for ((__rustory_i = __rustory_first; __rustory_i <= ${v("noted")}; __rustory_i++)); do
    ((__rustory_entry[__rustory_i] <= __rustory_now)) || __rustory_now=\${__rustory_entry[__rustory_i]}
  done
  ((${v("off")} = 1, ${v("number")} = __rustory_now, 1))
}

# What __rustory_last has: a time, a length, what ran last for the line, and the line. Patterns are slow
# in long texts.
__rustory_recall() {
  local __rustory_head=\${1:0:40}
  __rustory_known_time=\${__rustory_head%%\\ *}
  __rustory_head=\${__rustory_head#*\\ }
  local __rustory_length=\${__rustory_head%%\\ *}
  local __rustory_at=$((\${#__rustory_known_time} + \${#__rustory_length} + 2))
  __rustory_known_word=\${1:__rustory_at:__rustory_length}
  __rustory_known=\${1:__rustory_at+__rustory_length}
}

# One command that PS0 noted. It is recorded with the line that came into the history for it.
__rustory_noted() {
  local __rustory_at=\${__rustory_entry[$1]} __rustory_status=\${__rustory_before[$1 + 1]-$${
    v("status")
  }}
  local __rustory_end=\${__rustory_start[$1 + 1]-$${v("endUs")}}
  if ((__rustory_at == 1 && (__rustory_was_off || __rustory_seen > 1 && __rustory_now >= __rustory_seen))); then
    # Entered while the history was off.
    __rustory_entry[$1]=$__rustory_seen
    return 0
  fi
  local __rustory_ran=\${__rustory_word[$1 + 1]-\${__rustory_witness[${
    v("looks")
  }]-}} __rustory_text=
  if ((__rustory_at > __rustory_seen + 1)); then
    if [[ :$BASHOPTS: == *:cmdhist:* ]]; then
      __rustory_unnoted $((__rustory_seen + 1)) $((__rustory_at - 1)) "\${__rustory_before[$1]}"
    else
      local __rustory_i
      for ((__rustory_i = __rustory_seen + 1; __rustory_i < __rustory_at; __rustory_i++)); do
        __rustory_text+=\${__rustory_lines[__rustory_i]-}$'\\n'
      done
    fi
  fi
  __rustory_choose "$1" || return 0
  # Of the lines that \`fc\` ran, its status is that of the last.
  [[ $__rustory_ran != ${PREFIX}fc* ]] || ((__rustory_at >= __rustory_now)) || __rustory_status=${UNKNOWN_STATUS}
  __rustory_record "$1" "\${__rustory_start[$1]}" "$__rustory_end" "$__rustory_status" \\
    "\${__rustory_cwd[$1]-$PWD}" "$__rustory_text"
}

# Finds the text of command $1, or that there is none to be recorded.
__rustory_choose() {
  local __rustory_line=\${__rustory_lines[__rustory_at]-} __rustory_time=\${__rustory_times[__rustory_at]-}
  local __rustory_is_new=
  if [[ $__rustory_ran == ${HISTORY_COMMAND}* ]] && ! __rustory_by_function "$1"; then
    # These take their own line out of the history.
    __rustory_text=$__rustory_ran
    return 0
  elif ((__rustory_at > __rustory_now)); then
    # The command shortened the history; its own line may still be the last.
    __rustory_line=\${__rustory_lines[__rustory_now]-}
    # It is so with \`fc -s\` too, which leaves what it ran, or the same once more.
    [[ -n $__rustory_line ]] || return 1
    [[ $__rustory_line == *"$__rustory_ran"* || $__rustory_ran == ${PREFIX}fc\\ *(-s|-e\\ -)* ]] ||
      return 1
    __rustory_is_new=1
  elif ((__rustory_time > 0 && __rustory_time < __rustory_since)); then
    # Older than the prompt.
    :
  elif ((__rustory_at == __rustory_seen + 1)); then
    __rustory_is_new=1
  elif [[ $__rustory_line != "$__rustory_known" || $__rustory_time != "$__rustory_known_time" ]]; then
    # Others rewrote the history, or erasedups took a line from further up.
    __rustory_is_new=1
  fi
  if [[ -n $__rustory_is_new ]]; then
    __rustory_text+=$__rustory_line
  elif [[ -n $__rustory_known ]] && __rustory_is_repeat; then
    __rustory_text=$__rustory_known
  else
    return 1
  fi
  __rustory_known=$__rustory_text __rustory_known_time=$__rustory_time __rustory_known_word=$__rustory_ran
  [[ -n $__rustory_text ]]
}

# Whether it was a function that put a line in the place of its own, as those do that run a line they put
# right: the last word of what was typed is not that of the line then. It is as it is in bash's list, which
# is the function's own line where it had none to put there.
__rustory_by_function() {
  [[ $__rustory_ran == ${PREFIX}history\\ -s* && $1 == "$${v("noted")}" ]] || return 1
  local __rustory_typed=\${__rustory_words[${v("turn")}]-}
  [[ -n $__rustory_line ]] || return 1
  [[ $__rustory_line == *"$__rustory_typed" ]] || return 0
  [[ $__rustory_ran == *'$'* ]] && builtin declare -F -- "\${__rustory_line%%[[:space:]]*}" >/dev/null
}

# Whether a line that did not come into the history is the last one again, and not one that is hidden.
__rustory_is_repeat() {
  [[ \${HISTCONTROL-} == *@(ignoredups|ignoreboth|erasedups)* || \${HISTIGNORE-} == *'&'* ]] || return 1
  [[ $__rustory_ran != "$__rustory_known_word" || -z $__rustory_ran ]] || return 0
  [[ \${HISTCONTROL-} != *@(ignorespace|ignoreboth)* && \${HISTIGNORE-&} == '&' ]]
}

# Lines $1 to $2 of the history, for which PS0 was not expanded. $3 is the status behind them, $4 a time
# before which it was not, $5 whether \`fc\` ran them. Prompt commands may have put others' lines in.
__rustory_unnoted() {
  local __rustory_i __rustory_line __rustory_time __rustory_status __rustory_start __rustory_draft=
  for ((__rustory_i = $1; __rustory_i <= $2; __rustory_i++)); do
    __rustory_line=\${__rustory_lines[__rustory_i]-} __rustory_time=\${__rustory_times[__rustory_i]:-0}
    ((__rustory_time >= __rustory_since)) || builtin continue
    ((__rustory_time > ${
    v("lookedUs")
  } / 1000000)) || [[ $__rustory_line == \\#* ]] || ! __rustory_is_shared || builtin continue
    __rustory_did_run "$2" "$3" "\${5-0}" || builtin continue
    # Times are whole seconds there; after the look before it was in any case.
    __rustory_start=$((__rustory_time * 1000000))
    ((__rustory_start > ${v("lookedUs")})) || __rustory_start=$((${v("lookedUs")}))
    ((__rustory_start > \${4-0})) || __rustory_start=$4
    __rustory_record "$${v("done")} $__rustory_i" "$__rustory_start" "$__rustory_start" \\
      "$__rustory_status" "$PWD" "$__rustory_line"
  done
}

# Whether line __rustory_i was run, and with which __rustory_status; $1 is the last line, the rest as above.
__rustory_did_run() {
  __rustory_status=${UNKNOWN_STATUS}
  if [[ $__rustory_line == \\#* ]]; then
    # A comment.
    __rustory_status=0
  elif ((!$3)) && [[ \${PS0-} == *__rustory_note,* && :$BASHOPTS: == *:promptvars:* ]]; then
    if ((__rustory_i == $1)) && [[ -z $__rustory_draft ]]; then
      # A line with a mistake in it; else one that was left (by ctrl-c or an empty editor).
      (($2 != 0 && $2 != 130)) || return 1
      __rustory_status=$2
    elif [[ -z $__rustory_draft && :$BASHOPTS: == *:cmdhist:* ]]; then
      # C-x C-e puts the line into the history from which the editor starts. What the editor gave follows.
      __rustory_draft=1
      return 1
    fi
  elif ((__rustory_i == $1)); then
    __rustory_status=$2
  fi
}

# Whether a prompt command reads lines of other shells into this history.
__rustory_is_shared() {
  local __rustory_one
  [[ "\${PROMPT_COMMAND[*]-}" != *history* ]] || return 0
  for __rustory_one in \${PROMPT_COMMAND[*]+\${PROMPT_COMMAND[*]//[\\;\\&\\|]/ }}; do
    [[ $__rustory_one == __rustory_* || $(builtin declare -f -- "$__rustory_one") != *history\\ * ]] || return 0
  done
  return 1
}
`;
