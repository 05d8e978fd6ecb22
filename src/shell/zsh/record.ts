/**
 * How the zsh hook records: `preexec` gets the line as typed, `precmd` the status, and `zshaddhistory`
 * the lines that run nothing. The record is written with `syswrite`, one write(2) whatever its length,
 * to a file that `sysopen` creates with mode 0600 whatever the umask is: no process, no fork, no change
 * of the umask.
 *
 * Each function that zsh calls is one group whose errors go nowhere, so that `set -x` shows nothing of
 * ours but its name. Its first step sends the user's DEBUG and ZERR traps away, which come back with its end,
 * and so does a FUNCNEST that would let it call nothing.
 */

import { MOST_WRITES, UNKNOWN_STATUS } from "../hook.ts";

/** The status behind a line that ctrl-c left. */
const INTERRUPTED = 130;

/** Functions for the hook's script; `follow`: respect what keeps a line out of zsh's own history. */
export function zshRecorder(follow: boolean): string {
  return `typeset -g +x __rustory_follow=${follow ? 1 : ""}
typeset -g +x __rustory_command= __rustory_cwd= __rustory_line= __rustory_keeps= __rustory_refused= __rustory_repeats=
typeset -gi +x __rustory_start=0 __rustory_number=0 __rustory_leaving=0 __rustory_ended=0

# Every line that is entered, before it is run. Our answer says nothing about its fate.
function __rustory_added {
  {
    local -i __rustory_status=$? && builtin emulate -L zsh -o extendedglob && builtin trap - DEBUG ZERR
    local __rustory_spaces= FUNCNEST=700
    [[ -o histignorespace ]] && __rustory_spaces=on
    if [[ -n $__rustory_command ]]; then
      if [[ -n $__rustory_repeats ]]; then
        # What \`fc\` runs in its place.
        __rustory_command=\${1%$'\\n'}
        __rustory_is_hidden "$__rustory_command" && __rustory_command=
        return 0
      fi
      # Its end went unnoticed: by ctrl-c, or since somebody took us out of the list.
      (( \${precmd_functions[(Ie)__rustory_precmd]-0} )) && __rustory_status=${UNKNOWN_STATUS}
      __rustory_record $__rustory_status 0
    fi
    __rustory_stand
    __rustory_line=\${1%$'\\n'}
    __rustory_cwd=$PWD
    (( __rustory_start = EPOCHREALTIME * 1000 ))
    return 0
  } 2>/dev/null
}

function __rustory_preexec {
  {
    local __rustory_set=$- && builtin emulate -L zsh -o extendedglob && builtin trap - DEBUG ZERR
    local __rustory_spaces= FUNCNEST=700 REPLY=${UNKNOWN_STATUS}
    [[ -o histignorespace ]] && __rustory_spaces=on
    # Here blanks may be taken away (hist_reduce_blanks).
    [[ $__rustory_line == [[:blank:]]* ]] && __rustory_command= || __rustory_command=$1
    __rustory_line=
    __rustory_cwd=$PWD
    (( __rustory_start = EPOCHREALTIME * 1000 ))
    __rustory_is_hidden "$1" && __rustory_command=
    __rustory_repeats=
    [[ " $3 "$'\\n'"\${functions[\${1%%[[:space:]]*}]-} " == *[^[:alnum:]_](fc|r)[^[:alnum:]_]* ]] && __rustory_repeats=1
    __rustory_stand
    # Nothing of this shell is left to note the end of an exec; and under errexit a failure ends it, which of
    # zsh's hooks calls none.
    if [[ -n $__rustory_command ]] && { __rustory_may_exec "$3" || [[ $__rustory_set == *e* ]]; }; then
      __rustory_leaving=1
      __rustory_write \${__rustory_spool%.spool}.exec $(( __rustory_number + 1 )) $REPLY "$__rustory_command"
    fi
    return 0
  } 2>/dev/null
}

function __rustory_precmd {
  {
    local -i __rustory_status=$? && builtin emulate -L zsh -o extendedglob && builtin trap - DEBUG ZERR
    local __rustory_spaces= FUNCNEST=700
    [[ -o histignorespace ]] && __rustory_spaces=on
    # Ctrl-c ends hooks too, as where it is pressed twice. This is undone with the function.
    builtin trap '' INT
    (( __rustory_leaving )) && __rustory_stay
    [[ -n \${HISTFILE-} ]] && __rustory_keeps=1
    __rustory_stand
    if [[ -n $__rustory_line ]]; then
      __rustory_not_run && __rustory_command=$__rustory_line
      __rustory_is_hidden "$__rustory_line" && __rustory_command=
      __rustory_line=
    fi
    [[ -n $__rustory_command ]] && __rustory_record $__rustory_status
    __rustory_refused=
    [[ -n $__rustory_follow ]] && __rustory_listen
    return 0
  } 2>/dev/null
}

# A subshell that ends runs this too, and shows there what is hidden elsewhere: nothing may be a command.
function __rustory_exit {
  repeat $(( __rustory_ended |= $?, ZSH_SUBSHELL == 0 )); do
    builtin emulate -L zsh && builtin trap - DEBUG ZERR
    local FUNCNEST=700
    (( __rustory_leaving )) && __rustory_stay
    # A signal leaves the status of the command before.
    [[ $__rustory_command\${functions[\${__rustory_command%%[[:space:]]*}]-} == *(exit|logout|bye)* ||
      \${aliases[\${__rustory_command%%[[:space:]]*}]-} == *(exit|logout|bye)* ]] || __rustory_ended=${UNKNOWN_STATUS}
    [[ -n $__rustory_command ]] && __rustory_record $__rustory_ended
  done 2>/dev/null
}
# Before 5.9 the status is forgotten where a loop counts.
[[ $ZSH_VERSION == 5.[0-8](|.*) ]] &&
  functions[__rustory_exit]="__rustory_ended=\\$?"$'\\n'"\${functions[__rustory_exit]}"

# A line that was entered and did not run: a comment, or one that zsh does not understand. Not one that was
# left half typed, nor one that hist_verify put back on the prompt.
function __rustory_not_run {
  if [[ $__rustory_line == \\#* ]]; then
    __rustory_status=0
    return 0
  fi
  (( __rustory_status == ${INTERRUPTED} )) && return 1
  functions[__rustory_parsed]=$__rustory_line
  (( \${+functions[__rustory_parsed]} )) || return 0
  builtin unfunction __rustory_parsed
  return 1
}

# Whoever sets the lists of hooks anew means his own. First, so that no other tool's work counts as the
# command's; the start last, for the same reason.
function __rustory_stand {
  (( \${precmd_functions[(Ie)__rustory_precmd]-0} )) || precmd_functions=(__rustory_precmd $precmd_functions)
  (( \${preexec_functions[(Ie)__rustory_preexec]-0} )) || preexec_functions+=(__rustory_preexec)
  (( \${zshexit_functions[(Ie)__rustory_exit]-0} )) || zshexit_functions+=(__rustory_exit)
  (( \${zshaddhistory_functions[(Ie)__rustory_added]-0} )) || zshaddhistory_functions+=(__rustory_added)
}

# $1 is the line as typed; empty if history is off. A leading blank hides it.
function __rustory_is_hidden {
  [[ -z $1 || $1 == [[:blank:]]* || -n \${RUSTORY_HOOK_DISABLE-}$__rustory_paused ]] && return 0
  [[ -n $__rustory_follow ]] || return 1
  [[ -n $__rustory_refused ]] && return 0
  # A shell in which a history file was set once, or lines are to be saved, and there is no file now.
  [[ -z \${HISTFILE-} && ( -n $__rustory_keeps || \${SAVEHIST:-0} -gt 0 ) ]] && return 0
  [[ -n \${HISTORY_IGNORE-} && $1 == \${~HISTORY_IGNORE} ]] && return 0
  [[ $__rustory_spaces == on && \${aliases[\${1%%[[:space:]]*}]-} == ' '* ]]
}

# Whether the line, with its aliases replaced, may end in another program; REPLY is 127 if there is none.
function __rustory_may_exec {
  [[ $1 == *exec[[:space:]]* || \${functions[\${1%%[[:space:]]*}]-} == *exec[[:space:]]* ]] || return 1
  local -a words
  words=(\${(z)1})
  local -i at=\${words[(I)exec]}
  REPLY=0
  (( at )) || return 0
  words=(\${words[at+1,-1]})
  while [[ \${words[1]-} == -* ]]; do
    [[ $words[1] == -*a ]] && shift words
    shift words
  done
  local word=\${(Q)words[1]-}
  [[ -z $word || $word == [\\$\\\`~]* || $word == (\\;|\\&|\\||[0-9]#[\\<\\>]*) ]] && return 0
  [[ -n \${commands[$word]-} || -x $word || -n \${builtins[$word]-}\${functions[$word]-} ]] || REPLY=127
  return 0
}

# The exec did not happen: what was noted for it goes.
function __rustory_stay {
  __rustory_leaving=0
  local file=\${1:-\${__rustory_spool%.spool}.exec}
  if (( \${+builtins[zf_rm]} )) || builtin zmodload -F zsh/files b:zf_rm; then
    builtin zf_rm -f -- $file
  else
    : >| $file
  fi
}

# What the zsh that was replaced by this one noted when it went.
function __rustory_adopt {
  local file
  for file in \${1:h}/$$-*.exec(N.L+0); do
    (( \${+builtins[sysopen]} )) || return 0
    local -i fd=0
    builtin sysopen -a -m 0600 -o creat,cloexec -u fd -- \${file%.exec}.spool &&
      { builtin syswrite -o $fd -- "$(<$file)"$'\\n'; builtin exec {fd}>&-; }
    __rustory_stay \${file}
  done 2>/dev/null
}

function __rustory_record {
  (( __rustory_number++ ))
  __rustory_write $__rustory_spool $__rustory_number $1 "$__rustory_command" $2
  __rustory_command=
}

# zsh tells nobody what its zshaddhistory functions answer, so those of others are called through one of
# ours that takes note of it.
function __rustory_listen {
  local name
  for name in zshaddhistory \${zshaddhistory_functions:#__rustory_added}; do
    [[ -z \${functions[$name]-} || \${functions[$name]} == *__rustory_verdict* ]] && builtin continue
    [[ \${functions[$name]} == *'autoload -X'* ]] && builtin autoload +X -- $name
    builtin functions -c -- $name __rustory_of_$name || builtin continue
    functions[$name]="__rustory_of_\${(q)name} \"\\$@\"; __rustory_verdict \\$?"
  done
}

function __rustory_verdict {
  (( $1 )) && __rustory_refused=1
  return $1
}

function __rustory_unlisten {
  local name
  for name in \${(k)functions[(I)__rustory_of_*]}; do
    builtin functions -c -- $name \${name#__rustory_of_}
  done
}

# One record: see "spool record" in the sources. One call of write(2), to a file that only this shell
# writes to. Words: file, key, status, command, and the duration if it is not until now.
function __rustory_write {
  local -i took fd=0
  # A zsh without its modules knows whole seconds.
  (( __rustory_start > 0 )) || __rustory_start=\${(%):-%D{%s}}000
  (( took = EPOCHREALTIME * 1000 - __rustory_start ))
  (( took < 0 )) && took=0
  [[ -n \${5-} ]] && took=$5
  local record=$'\\x1err1\\0'$2$'\\0'$__rustory_start$'\\0'$took$'\\0'$3$'\\0zsh\\0'
  record+=\${HOST-}$'\\0'$__rustory_cwd$'\\0'\${4//$'\\0'/}$'\\0\\n'
  # Past a limit on the size of files it would end the shell. This is undone with the function.
  builtin trap '' XFSZ
  repeat ${MOST_WRITES}; do
    if (( \${+builtins[sysopen]} )); then
      builtin sysopen -a -m 0600 -o creat,cloexec -u fd -- $1 || return 0
      builtin syswrite -o $fd -- $record; builtin exec {fd}>&-
    else
      builtin print -rn -- $record >>| $1
    fi
    # Else it was taken meanwhile, perhaps before this was in it.
    [[ -e $1 ]] && return 0
  done
}
`;
}
