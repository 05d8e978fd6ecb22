/** How zsh asks the daemon. What goes over the line is in `control/shell_request.ts`. */
import { quoteForShell } from "../../base/shell_words.ts";

/** Seconds for which nothing is asked after a question that nobody answered, doubled each time. */
const FIRST_REST_SECONDS = 5;
const MOST_DOUBLINGS = 5;

/** Functions for the hook's script; `door` is the file that says where the daemon listens. */
export function zshDoor(door: string | undefined): string {
  return `typeset -g +x __rustory_door=${quoteForShell(door ?? "")} __rustory_expected=
typeset -gF +x __rustory_rest=0
typeset -gi +x __rustory_unanswered=0

# Connects and says who we are: REPLY is the descriptor, __rustory_expected what a true daemon says to that.
function __rustory_knock {
  local port token
  [[ -n $__rustory_door && -r $__rustory_door ]] || return 1
  IFS=' ' read -r port token __rustory_expected <$__rustory_door
  [[ -n $__rustory_expected ]] && builtin zmodload zsh/net/tcp && ztcp 127.0.0.1 $port || return 1
  builtin print -rNu $REPLY -- $token
} 2>/dev/null

# Connects to the daemon, within so many seconds: REPLY is the descriptor. Nothing is said to somebody else
# who has got the port.
function __rustory_dial {
  local said=
  __rustory_knock || return 1
  IFS= read -r -d '' -t $1 -u $REPLY said 2>/dev/null && [[ $said == $__rustory_expected ]] && return
  ztcp -c $REPLY 2>/dev/null
  return 2
}

# Asks one question, with so many seconds for each step: the fields of the answer are in $reply. 1: nobody
# answers. Whoever was silent is left alone for some time, so that a daemon that hangs is not in the way.
function __rustory_question {
  builtin emulate -L zsh && builtin trap - DEBUG ZERR
  local REPLY said=
  local -i fd code=1
  reply=()
  (( EPOCHREALTIME > __rustory_rest )) || return 1
  __rustory_dial $1
  code=$?
  (( code == 1 )) && return 1
  if (( code == 0 )); then
    fd=$REPLY code=1
    {
      builtin print -rNu $fd -- "\${@:2}"
      while IFS= read -r -d '' -t $1 -u $fd said; do
        code=0
        [[ $said == '='* ]] || break
        reply+=("\${said#=}")
        [[ $2 != suggest ]] || break
      done
    } 2>/dev/null
    ztcp -c $fd 2>/dev/null
  fi
  __rustory_heeded $code
}

# Takes note of whether somebody answered.
function __rustory_heeded {
  if (( $1 == 0 )); then
    __rustory_unanswered=0
    return 0
  fi
  (( __rustory_rest = EPOCHREALTIME + ${FIRST_REST_SECONDS} * 2 ** __rustory_unanswered ))
  (( __rustory_unanswered < ${MOST_DOUBLINGS} )) && (( __rustory_unanswered++ ))
  return 1
}
`;
}
