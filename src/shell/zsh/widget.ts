/** The ctrl-r and Up widgets of the zsh hook: what they do with the line, and their keys. */
import {
  DROP_TYPED,
  GREETING_SECONDS,
  MAX_QUERY_CHARS,
  SAVE_PLACE,
  TIDY_SCREEN,
  type WidgetOptions,
} from "../widget.ts";
import { zshDoor } from "./door.ts";
import { zshSuggest } from "./suggest.ts";
import { zshWalk } from "./walk.ts";

/**
 * Functions for the hook's script. `__rustory_bind_keys` takes the keys, `__rustory_unbind` gives them
 * back; `$__rustory_program` starts rr.
 */
export function zshWidget(options: WidgetOptions): string {
  const { upArrow, suggest = false } = options;
  return `${zshDoor(options.door)}
${zshWalk(upArrow)}
${zshSuggest(suggest)}
typeset -g +x __rustory_at=
typeset -gA +x __rustory_old_keys

function __rustory_search {
  builtin emulate -L zsh && builtin trap - DEBUG ZERR
  local answer tty=
  local query=$BUFFER
  # A longer line is no query, and may be too long to be handed over.
  (( \${#query} <= ${MAX_QUERY_CHARS} )) || query=
  # The daemon that runs anyway paints at once; only where there is none a process is started.
  if [[ -n $__rustory_door && -r $__rustory_door ]]; then
    [[ -n $__rustory_at ]] || __rustory_locate 2>/dev/null
    __rustory_ask "--ahead \${NO_COLOR:+no-colour} \${TMUX:+tmux tmux=\$TMUX} locale=\${LC_ALL:-\${LC_CTYPE:-\${LANG-}}}" "\${query//[[:cntrl:]]/ }"
    case $? in
      0) __rustory_answer "$answer"; return ;;
      2) : $(${DROP_TYPED}); __rustory_tidy $tty; __rustory_answer ''; return ;;
    esac
  fi
  [[ -n $tty ]] || tty=$(command stty -g </dev/tty 2>/dev/null)
  # The number behind the x is the status, and keeps newlines at the end.
  answer=$(builtin print -n '${SAVE_PLACE}' >/dev/tty; command $__rustory_program search -i --widget --ahead --query="$query" </dev/tty 2>/dev/tty; builtin print -n x$?)
  local -i code=\${answer##*x}
  answer=\${answer%x*}
  (( code > 1 && code != 130 )) && __rustory_tidy $tty
  __rustory_answer $answer
}

# Which device the terminal is: the daemon makes sure that it sees the same one.
function __rustory_locate {
  local -a device inode
  builtin zmodload -F zsh/stat b:zstat &&
    zstat -A device +device -- $TTY && zstat -A inode +inode -- $TTY &&
    __rustory_at=$device[1]:$inode[1]
}

# Asks the daemon for the picker, with FLAGS and QUERY. 0: \$answer is its answer; 1: nothing was touched;
# 2: it was lost while it had the terminal, which was set to \$tty. What goes over the line:
# control/shell_request.ts.
function __rustory_ask {
  [[ -n $__rustory_at && \${TERM:-dumb} != dumb ]] || return 1
  local said= heard= REPLY
  builtin zmodload zsh/system 2>/dev/null || return 1
  # A ctrl-c would leave the line open, and so the picker at work, while zsh reads the same keys again.
  builtin trap '' INT
  __rustory_dial ${GREETING_SECONDS} || return 1
  local -i code=1 fd=$REPLY
  {
    builtin print -rNu $fd -- pick "$TTY" "$__rustory_at" "$COLUMNS" "$LINES" "$TERM" "\${RUSTORY_SESSION-}" "$PWD" "$1" "$2"
    # While it gets ready: it changes nothing before it is told to go on.
    tty=$(command stty -g </dev/tty)
    IFS= read -r -d '' -t 0.1 -u $fd said
    if [[ $said == ok ]]; then
      builtin print -rNu $fd -- go
      __rustory_hear $fd 0.1
      if [[ $said == here ]]; then
        code=2
        while __rustory_hear $fd 2; do
          [[ $said == '='* ]] && { code=0 answer=\${said#=}; break; }
        done
      fi
    fi
  } 2>/dev/null
  ztcp -c $fd 2>/dev/null
  return code
}

# The next field into \$said, as \`read -d ''\` has it: that puts the terminal back as it had found it when
# it began to wait, so that ctrl-c would be a signal again, and Enter another letter. \$heard is what came
# behind the field.
function __rustory_hear {
  setopt localoptions nomultibyte
  local part
  said=
  while [[ $heard != *$'\\0'* ]]; do
    sysread -t $2 -i $1 part || return 1
    heard+=$part
  done
  said=\${heard%%$'\\0'*} heard=\${heard#*$'\\0'}
}

# What a picker that was killed could not do: puts the terminal back, and wipes what was shown.
function __rustory_tidy {
  # In a substitution it stays in the shell's own group. As a job of its own it may be stopped for
  # setting a terminal that it has not got yet.
  [[ -n \${1-} ]] && : $(command stty $1 </dev/tty 2>&1)
  builtin print -n '${TIDY_SCREEN}' >/dev/tty
}

# The answer, as \`rr search --widget --ahead\` gives it. What others show behind the line belongs to the
# old one; what was typed behind the choice is read before anything else.
function __rustory_answer {
  local text=\$1 ahead=
  # An older daemon has nothing behind its answer.
  if [[ $1 == *$'\\n'.* && \${1##*$'\\n'.} != *[^0-7\\\\]* ]]; then
    text=\${1%$'\\n'.*} ahead=\${1##*$'\\n'.}
  fi
  case $text in
    edit$'\\n'*) BUFFER=\${text#edit$'\\n'} CURSOR=\${#BUFFER} POSTDISPLAY= ;;
    run$'\\n'*) BUFFER=\${text#run$'\\n'} CURSOR=\${#BUFFER} POSTDISPLAY= ;;
  esac
  zle reset-prompt
  if [[ $ahead == \\\\[0-7]* ]]; then
    printf -v ahead -- $ahead
    zle -U -- $ahead
  fi
  [[ $text == run$'\\n'* ]] && zle accept-line
  return 0
}

# What the keys did before stays in a copy of their map: to ask bindkey takes a fork.
function __rustory_bind {
  local map key
  for map in emacs viins vicmd; do
    (( \${+__rustory_old_keys[$map]} )) || bindkey -N __rustory_$map $map
    for key in "\${@:2}"; do
      __rustory_old_keys[$map]+=" $key"
      bindkey -M $map $key $1
    done
  done 2>/dev/null
}

function __rustory_bind_keys {
  builtin emulate -L zsh && builtin trap - DEBUG ZERR
  # Names without a "_" in front: zsh-autosuggestions and others leave such widgets out.
  zle -N rustory-search __rustory_search
  __rustory_bind rustory-search '^R'
  ${upArrow ? "__rustory_walk_keys" : ""}
  ${suggest ? "__rustory_offer" : ""}
}

function __rustory_unbind {
  local map key old
  for map in \${(k)__rustory_old_keys}; do
    for key in \${(us: :)__rustory_old_keys[$map]}; do
      old=$(bindkey -M __rustory_$map $key)
      bindkey -M $map $key \${\${old##* }:-undefined-key}
    done
    bindkey -D __rustory_$map
  done 2>/dev/null
  zle -D rustory-search 2>/dev/null
  ${upArrow ? "__rustory_walk_no_more" : ""}
  ${suggest ? "__rustory_offer_no_more" : ""}
}
`;
}
