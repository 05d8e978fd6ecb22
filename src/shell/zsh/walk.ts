/**
 * Up and Down in zsh: through the commands of this session and then those of before, in the line itself,
 * as the daemon knows them. Without one the keys do what they did before the hook.
 */
import { MAX_QUERY_CHARS, WALK_SECONDS } from "../widget.ts";

/** Functions for the hook's script; none if the keys are left alone. */
export function zshWalk(isWanted: boolean): string {
  return isWanted ? SCRIPT : "";
}

const SCRIPT = `typeset -ga +x __rustory_walk
typeset -gA +x __rustory_formers
typeset -gi +x __rustory_step_at=0 __rustory_got=0
typeset -g +x __rustory_walked= __rustory_own= __rustory_by_shell=

# Up: within a text of several lines the line above, from its first line on the command before.
function __rustory_up {
  if [[ $LBUFFER == *$'\\n'* ]]; then
    zle up-line
  elif [[ -n $__rustory_by_shell && $LASTWIDGET == rustory-(up|down) ]] || ! __rustory_back; then
    __rustory_by_shell=1
    __rustory_former up-line-or-history
  fi
}

function __rustory_down {
  if [[ $RBUFFER == *$'\\n'* ]]; then
    zle down-line
  elif (( __rustory_step_at )) && [[ $BUFFER == "$__rustory_walked" ]]; then
    (( __rustory_step_at-- ))
    __rustory_put
  else
    __rustory_former down-line-or-history
  fi
}

# One command back. 1: there is no daemon to ask.
function __rustory_back {
  builtin emulate -L zsh && builtin trap - DEBUG ZERR
  local -a reply
  local one
  __rustory_by_shell=
  if ! (( __rustory_step_at )) || [[ $BUFFER != "$__rustory_walked" ]]; then
    # From another line: what it holds is what the commands begin with, and comes back with Down.
    (( $#BUFFER <= ${MAX_QUERY_CHARS} )) || return 1
    __rustory_own=$BUFFER __rustory_step_at=0 __rustory_got=0
    __rustory_walk=()
  fi
  if (( __rustory_step_at == $#__rustory_walk )); then
    __rustory_question ${WALK_SECONDS} earlier "\${RUSTORY_SESSION-}" "$__rustory_own" $__rustory_got ||
      (( $#__rustory_walk )) || return 1
    (( __rustory_got += $#reply ))
    # Another shell may have added one meanwhile.
    for one in "\${(@)reply}"; do
      (( \${__rustory_walk[(Ie)$one]} )) || __rustory_walk+=("$one")
    done
  fi
  if (( __rustory_step_at < $#__rustory_walk )); then
    (( __rustory_step_at++ ))
    __rustory_put
  else
    zle beep
  fi
  return 0
}

function __rustory_put {
  BUFFER=$__rustory_own
  (( __rustory_step_at )) && BUFFER=$__rustory_walk[__rustory_step_at]
  __rustory_walked=$BUFFER
  CURSOR=$#BUFFER
}

# What the key did before; $1 if that is not known. To ask takes a fork, once.
function __rustory_former {
  local __rustory_map=$KEYMAP __rustory_id="$KEYMAP $KEYS" __rustory_old
  if [[ -z \${__rustory_formers[$__rustory_id]-} ]]; then
    [[ $__rustory_map == main ]] && __rustory_map=\${\${(z)"$(bindkey -lL main)"}[3]}
    __rustory_old=$(bindkey -M __rustory_$__rustory_map -- "$KEYS" 2>/dev/null)
    __rustory_old=\${__rustory_old##* }
    [[ -n $__rustory_old && $__rustory_old != undefined-key ]] || __rustory_old=$1
    __rustory_formers[$__rustory_id]=$__rustory_old
  fi
  zle \${__rustory_formers[$__rustory_id]}
}

# Another line begins.
function __rustory_stop_walk {
  {
    __rustory_step_at=0 __rustory_walked= __rustory_by_shell=
    if (( \${+ZSH_AUTOSUGGEST_CLEAR_WIDGETS} && ! \${ZSH_AUTOSUGGEST_CLEAR_WIDGETS[(Ie)rustory-up]-0} )); then
      ZSH_AUTOSUGGEST_CLEAR_WIDGETS+=(rustory-up rustory-down)
    fi
  } 2>/dev/null
}

function __rustory_walk_keys {
  zle -N rustory-up __rustory_up
  zle -N rustory-down __rustory_down
  __rustory_bind rustory-up '^[[A' '^[OA'
  __rustory_bind rustory-down '^[[B' '^[OB'
  precmd_functions+=(__rustory_stop_walk)
}

function __rustory_walk_no_more {
  zle -D rustory-up rustory-down 2>/dev/null
  precmd_functions=(\${precmd_functions:#__rustory_stop_walk})
}
`;
