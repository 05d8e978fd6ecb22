/** How bash asks the daemon; fish runs the same in a bash of a moment. */
import { GREETING_SECONDS, WALK_SECONDS } from "../widget.ts";

/** Seconds to wait at each step for a daemon that has said who it is. */
const STEP_SECONDS = "0.1";
/** Its signs of life come four times as often. */
const SILENCE_SECONDS = "2";

/**
 * Functions: `__rustory_dial DOOR SECONDS` opens `__rustory_line_fd`; 1: there is nobody, 2: nobody answers.
 *
 * `__rustory_ask DOOR TTY DEVICE:INODE COLUMNS ROWS SESSION FOLDER FLAGS QUERY` leaves the answer of the
 * picker in `__rustory_answer`. It calls `__rustory_meanwhile` before the terminal is touched. Its status
 * is 0 if there is an answer, 1 if nothing was touched and a process has to be started, 2 if the daemon
 * was lost while it had the terminal.
 *
 * `__rustory_question DOOR WORDS` adds the fields of an answer to `__rustory_reply`. Its status is that
 * of the dialling.
 *
 * What goes over the line is in `control/shell_request.ts`.
 */
export const BASH_DAEMON_CLIENT = `__rustory_dial() {
  local __rustory_port __rustory_token __rustory_expected __rustory_said=
  [[ -r $1 ]] && IFS=' ' builtin read -r __rustory_port __rustory_token __rustory_expected <"$1" || return 1
  [[ $__rustory_port == [1-9]* && -n $__rustory_expected ]] || return 1
  { exec {__rustory_line_fd}<>"/dev/tcp/127.0.0.1/$__rustory_port"; } || return 1
  # Nothing is said to somebody else who has got the port.
  builtin printf '%s\\0' "$__rustory_token" >&"$__rustory_line_fd"
  IFS= builtin read -r -d '' -t "$2" -u "$__rustory_line_fd" __rustory_said
  [[ $__rustory_said != "$__rustory_expected" ]] || return 0
  exec {__rustory_line_fd}>&-
  return 2
} 2>/dev/null

__rustory_ask() {
  local __rustory_said= __rustory_line_fd
  [[ -n $3 && \${TERM-dumb} != dumb ]] || return 1
  __rustory_dial "$1" ${GREETING_SECONDS} || return 1
  { builtin printf '%s\\0' pick "$2" "$3" "$4" "$5" "$TERM" "$6" "$7" "$8" "$9" >&"$__rustory_line_fd"; } 2>/dev/null
  # While it gets ready: it changes nothing before it is told to go on.
  __rustory_meanwhile
  IFS= builtin read -r -d '' -t ${STEP_SECONDS} -u "$__rustory_line_fd" __rustory_said
  if [[ $__rustory_said == ok ]]; then
    { builtin printf 'go\\0' >&"$__rustory_line_fd"; } 2>/dev/null
    IFS= builtin read -r -d '' -t ${STEP_SECONDS} -u "$__rustory_line_fd" __rustory_said
    if [[ $__rustory_said == here ]]; then
      while IFS= builtin read -r -d '' -t ${SILENCE_SECONDS} -u "$__rustory_line_fd" __rustory_said; do
        [[ $__rustory_said != =* ]] || builtin break
      done
      exec {__rustory_line_fd}>&-
      [[ $__rustory_said == =* ]] || return 2
      __rustory_answer=\${__rustory_said#=}
      return 0
    fi
  fi
  exec {__rustory_line_fd}>&-
  return 1
}

# Runs a function that talks to the daemon. A line that its other end has closed would end the shell at the
# second write to it, and a ctrl-c would leave it open, and so the picker at work, while readline reads the
# same keys again. What the user wants done then is read through a file: a substitution would fork.
__rustory_unbroken() {
  local __rustory_action= __rustory_code
  if [[ -f \${__rustory_line-} ]] && builtin trap -p PIPE INT >|"$__rustory_line"; then
    IFS= builtin read -r -d '' __rustory_action <"$__rustory_line"
    >|"$__rustory_line"
  else
    __rustory_action=$(builtin trap -p PIPE INT)
  fi 2>/dev/null
  builtin trap '' PIPE INT
  "$@"
  __rustory_code=$?
  builtin trap - PIPE INT
  builtin eval "$__rustory_action"
  return "$__rustory_code"
}

__rustory_question() {
  local __rustory_said= __rustory_line_fd __rustory_code=2
  __rustory_dial "$1" ${WALK_SECONDS} || return
  { builtin printf '%s\\0' "\${@:2}" >&"$__rustory_line_fd"; } 2>/dev/null
  while IFS= builtin read -r -d '' -t ${WALK_SECONDS} -u "$__rustory_line_fd" __rustory_said; do
    __rustory_code=0
    [[ $__rustory_said == =* ]] || builtin break
    __rustory_reply[\${#__rustory_reply[@]}]=\${__rustory_said#=}
    [[ $2 != suggest ]] || builtin break
  done
  exec {__rustory_line_fd}>&-
  return "$__rustory_code"
}
`;
