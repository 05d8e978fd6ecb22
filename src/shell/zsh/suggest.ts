/**
 * What stands behind the line in zsh: the command that is likeliest to be wanted, by the daemon's ranking.
 * Before a key is typed it is ours to show; from then on zsh-autosuggestions does, through a strategy of
 * ours, and where there is none of that we do all of it.
 *
 * Ours is asked for without waiting: the answer is shown when it comes. One question at a time, so that
 * a daemon that hangs is asked once a line, and then ever more rarely.
 */
import { MAX_QUERY_CHARS } from "../widget.ts";

/**
 * Seconds that a strategy waits for each step of an answer, and in a subshell, for which typing does not
 * wait. A usual one takes a millisecond.
 */
const STRATEGY_SECONDS = "0.1";
const SUBSHELL_SECONDS = "1";
/** Whoever has not answered for so many seconds when the line ends counts as silent. */
const SILENT_SECONDS = "0.25";
/** A shade that is seen on light and dark, as zsh-autosuggestions has it. */
const STYLE = "fg=8";
const ACCEPTING = "forward-char end-of-line vi-forward-char vi-end-of-line vi-add-eol";

/** Functions for the hook's script; none if suggestions were not asked for. */
export function zshSuggest(isWanted: boolean): string {
  return isWanted ? SCRIPT : "";
}

const SCRIPT = `typeset -g +x __rustory_fd= __rustory_step= __rustory_about= __rustory_seen=
# What is guessed for the empty line, and for what is typed since.
typeset -g +x __rustory_first= __rustory_guess=
typeset -g +x __rustory_ghost= __rustory_mark= __rustory_memo= __rustory_tried=
typeset -gF +x __rustory_since=0
typeset -ga +x __rustory_accepting

# For zsh-autosuggestions, which may ask from a subshell: each question has a connection of its own.
function _zsh_autosuggest_strategy_rustory {
  builtin emulate -L zsh && builtin trap - DEBUG ZERR
  typeset -g suggestion=
  local -a reply
  local wait=${STRATEGY_SECONDS}
  (( ZSH_SUBSHELL )) && wait=${SUBSHELL_SECONDS}
  # Nobody is asked a second time who has not answered yet.
  [[ -z $__rustory_fd ]] || (( EPOCHREALTIME - __rustory_since < ${SILENT_SECONDS} )) || return 0
  __rustory_may_ask "$1" || return 0
  __rustory_question $wait suggest "\${RUSTORY_SESSION-}" "$PWD" "$1" || return 0
  __rustory_is_sound "$reply[1]" && suggestion=$reply[1]
  return 0
}

# What may be asked about: one line of a command, not the answer to a question of a program.
function __rustory_may_ask {
  [[ \${CONTEXT:-start} == start && $1 != *[[:cntrl:]]* ]] && (( \${#1} <= ${MAX_QUERY_CHARS} ))
}

function __rustory_is_sound {
  [[ -n $1 && $1 != *[[:cntrl:]]* ]] || return 1
  [[ -z \${ZSH_AUTOSUGGEST_HISTORY_IGNORE-} || $1 != \${~ZSH_AUTOSUGGEST_HISTORY_IGNORE} ]]
}

function __rustory_has_plugin {
  (( \${+functions[_zsh_autosuggest_fetch]} ))
}

# A line begins.
function _rustory_begin {
  builtin emulate -L zsh && builtin trap - DEBUG ZERR
  __rustory_hang_up
  __rustory_first= __rustory_guess= __rustory_ghost= __rustory_mark= __rustory_tried= __rustory_seen=$BUFFER
  [[ $CONTEXT == start ]] || return 0
  if __rustory_has_plugin; then
    # Before those that there are, whoever set them, and whenever.
    local -a names
    names=(\${=ZSH_AUTOSUGGEST_STRATEGY-history})
    (( \${names[(Ie)rustory]} )) || ZSH_AUTOSUGGEST_STRATEGY=(rustory $names)
    [[ -z $BUFFER ]] || return 0
  elif (( ! $#__rustory_accepting )); then
    __rustory_take_keys
  fi
  (( PENDING || KEYS_QUEUED_COUNT )) || __rustory_wonder
  return 0
}

# The line is about to be drawn.
function _rustory_look {
  builtin emulate -L zsh && builtin trap - DEBUG ZERR
  if [[ $BUFFER == "$__rustory_seen" ]]; then
    # Whoever colours the line begins anew each time.
    [[ -n $__rustory_ghost && $POSTDISPLAY == "$__rustory_ghost" ]] && __rustory_paint
    return 0
  fi
  __rustory_seen=$BUFFER
  if [[ -n $BUFFER ]] && __rustory_has_plugin; then
    __rustory_ghost=
    # Its strategy may be in a subshell, which can tell nobody that a daemon hangs.
    [[ -n $__rustory_tried ]] || __rustory_wonder
    return 0
  fi
  __rustory_show && return 0
  if (( PENDING || KEYS_QUEUED_COUNT )); then
    __rustory_seen+=' '
  elif [[ -z $BUFFER || $BUFFER != "\${__rustory_walked-}" ]]; then
    __rustory_wonder
  fi
  return 0
}

# The line is over, or given up.
function _rustory_end {
  builtin emulate -L zsh && builtin trap - DEBUG ZERR
  __rustory_hang_up
  __rustory_first= __rustory_guess=
  __rustory_show
  return 0
}

# Asks what goes on from the line, and does not wait.
function __rustory_wonder {
  local REPLY
  __rustory_tried=1
  [[ -z $__rustory_fd && \${TERM:-dumb} != dumb ]] && (( EPOCHREALTIME > __rustory_rest )) &&
    __rustory_may_ask "$BUFFER" && __rustory_knock || return 0
  __rustory_fd=$REPLY __rustory_step=knocked __rustory_about=$BUFFER __rustory_since=$EPOCHREALTIME
  zle -Fw $__rustory_fd _rustory_heard
}

# Something came over the line.
function _rustory_heard {
  builtin emulate -L zsh && builtin trap - DEBUG ZERR
  local said=
  IFS= read -r -d '' -t 0.01 -u $1 said 2>/dev/null
  if [[ $__rustory_step == knocked && $said == "$__rustory_expected" ]]; then
    __rustory_step=asked
    builtin print -rNu $1 -- suggest "\${RUSTORY_SESSION-}" "$PWD" "$__rustory_about" 2>/dev/null
    return 0
  fi
  if [[ $__rustory_step != asked || $said != '='* ]]; then
    __rustory_since=$EPOCHREALTIME
    __rustory_hang_up
    __rustory_heeded 1
    return 0
  fi
  __rustory_heeded 0
  __rustory_since=$EPOCHREALTIME
  __rustory_hang_up
  __rustory_is_sound "\${said#=}" && __rustory_guess=\${said#=} || __rustory_guess=
  [[ -n $__rustory_about ]] || __rustory_first=$__rustory_guess
  if __rustory_show; then
    zle -R
  elif [[ $__rustory_about != "$BUFFER" ]] && ! { [[ -n $BUFFER ]] && __rustory_has_plugin; }; then
    __rustory_wonder
  fi
  return 0
}

function __rustory_hang_up {
  [[ -n $__rustory_fd ]] || return 0
  local came
  local -i fd=$__rustory_fd
  __rustory_fd=
  zle -F $fd 2>/dev/null
  if (( EPOCHREALTIME - __rustory_since > ${SILENT_SECONDS} )); then
    # What is there and was not read yet is an answer too.
    read -r -k 1 -t 0 -u $fd came 2>/dev/null || __rustory_heeded 1
  fi
  ztcp -c $fd 2>/dev/null
  return 0
}

# Shows what is left of the guess behind the line, or nothing; whether it did. What others have put there
# stays.
function __rustory_show {
  local rest= guess=$__rustory_first
  [[ -n $BUFFER && $__rustory_first != "$BUFFER"* ]] && guess=$__rustory_guess
  [[ $guess == "$BUFFER"?* ]] && rest=\${guess:\${#BUFFER}}
  [[ -n $BUFFER ]] && __rustory_has_plugin && rest=
  [[ -z $POSTDISPLAY || $POSTDISPLAY == "$__rustory_ghost" ]] || rest=
  [[ -n $__rustory_ghost && $POSTDISPLAY == "$__rustory_ghost" ]] && POSTDISPLAY=
  [[ -n $rest ]] && POSTDISPLAY=$rest
  __rustory_ghost=$rest
  __rustory_paint
  [[ -n $rest ]]
}

function __rustory_paint {
  if __rustory_has_plugin; then
    _zsh_autosuggest_highlight_reset
    _zsh_autosuggest_highlight_apply
    return
  fi
  # By its look: where it stands follows what is typed.
  [[ -n $__rustory_mark ]] && region_highlight=("\${(@)region_highlight:#* \${(b)__rustory_mark}}")
  __rustory_mark=
  [[ -n $__rustory_ghost ]] || return
  local style=\${ZSH_AUTOSUGGEST_HIGHLIGHT_STYLE:-${STYLE}}
  if [[ -n \${NO_COLOR-} ]] || (( \${terminfo[colors]:-8} < 16 )); then
    style=underline
  fi
  region_highlight+=("$#BUFFER $(( $#BUFFER + $#__rustory_ghost )) $style$__rustory_memo")
  __rustory_mark=\${region_highlight[-1]#* * }
}

# Without zsh-autosuggestions: what goes right from the end of the line takes what is shown.
function __rustory_take_keys {
  local name
  for name in ${ACCEPTING}; do
    (( \${+widgets[$name]} )) || builtin continue
    functions[__rustory_accept_$name]="__rustory_accept rustory-of-$name \\"\\$@\\""
    zle -A $name rustory-of-$name
    zle -N $name __rustory_accept_$name
    __rustory_accepting+=($name)
  done
}

function __rustory_accept {
  local -i __rustory_end=$#BUFFER
  [[ $KEYMAP == vicmd ]] && (( __rustory_end > 0 )) && (( __rustory_end-- ))
  if [[ -n $__rustory_ghost && $POSTDISPLAY == "$__rustory_ghost" ]] && (( CURSOR >= __rustory_end )); then
    POSTDISPLAY=
    BUFFER+=$__rustory_ghost
    CURSOR=$#BUFFER
    [[ $KEYMAP == vicmd ]] && (( CURSOR-- ))
    return 0
  fi
  zle $1 -- "\${@:2}"
}

# Others set the widgets of a line's begin anew, as for a vi prompt: theirs go on beside ours.
function __rustory_attend {
  {
    builtin emulate -L zsh && builtin trap - DEBUG ZERR
    local hook name
    for hook name in line-init _rustory_begin line-pre-redraw _rustory_look line-finish _rustory_end; do
      [[ \${widgets[zle-$hook]-} == user:azhw:zle-$hook && -n $__rustory_attended ]] && builtin continue
      # It takes in those of others only together with a new one.
      add-zle-hook-widget -d $hook $name
      add-zle-hook-widget $hook $name
    done
    __rustory_attended=1
    # Behind all others, from the next line on.
    [[ $precmd_functions[-1] == __rustory_attend ]] ||
      precmd_functions=(\${precmd_functions:#__rustory_attend} __rustory_attend)
  } 2>/dev/null
}

function __rustory_offer {
  builtin emulate -L zsh && builtin trap - DEBUG ZERR
  typeset -g +x __rustory_attended=
  builtin zmodload zsh/zleparameter zsh/terminfo 2>/dev/null
  builtin autoload -Uz add-zle-hook-widget is-at-least
  is-at-least 5.9 && __rustory_memo=', memo=rustory'
  zle -N _rustory_heard
  precmd_functions+=(__rustory_attend)
}

function __rustory_offer_no_more {
  local hook name
  for hook name in line-init _rustory_begin line-pre-redraw _rustory_look line-finish _rustory_end; do
    add-zle-hook-widget -d $hook $name
    zle -D $name
  done 2>/dev/null
  zle -D _rustory_heard 2>/dev/null
  for name in $__rustory_accepting; do
    [[ \${widgets[$name]-} == user:__rustory_accept_$name ]] || builtin continue
    zle -A rustory-of-$name $name
    zle -D rustory-of-$name
  done
  precmd_functions=(\${precmd_functions:#__rustory_attend})
  [[ -z \${ZSH_AUTOSUGGEST_STRATEGY-} ]] ||
    ZSH_AUTOSUGGEST_STRATEGY=(\${\${=ZSH_AUTOSUGGEST_STRATEGY}:#rustory})
  builtin unfunction -m '_rustory_*' _zsh_autosuggest_strategy_rustory
}
`;
