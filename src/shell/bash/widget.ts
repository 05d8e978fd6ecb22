/** What ctrl-r and Up do in the bash hook, and their keys. */
import { quoteForShell } from "../../base/shell_words.ts";
import { BASH_DAEMON_CLIENT } from "./daemon_client.ts";
import { bashWalk } from "./walk.ts";
import {
  DROP_TYPED,
  MAX_QUERY_CHARS,
  SAVE_PLACE,
  TIDY_SCREEN,
  type WidgetOptions,
} from "../widget.ts";

/**
 * Functions for the hook's script. `__rustory_bind_keys` takes the keys, `__rustory_unbind` gives them
 * back; `"${__rustory_program[@]}"` starts rr.
 */
export function bashWidget(options: WidgetOptions): string {
  const door = quoteForShell(options.door ?? "");
  return `__rustory_door=${door} __rustory_at=
${BASH_DAEMON_CLIENT}
${bashWalk(options.upArrow)}
__rustory_search() {
  # bash exports the line, and no program can be started with a longer one.
  builtin export -n READLINE_LINE
  local __rustory_answer __rustory_code __rustory_tty=
  local __rustory_query=$READLINE_LINE
  # A longer line is no query, and may be too long to be handed over.
  ((\${#__rustory_query} <= ${MAX_QUERY_CHARS})) || __rustory_query=
  # The daemon that runs anyway paints at once; only where there is none a process is started.
  if [[ -n $__rustory_door && -r $__rustory_door ]]; then
    [[ -n $__rustory_at ]] || __rustory_locate
    __rustory_unbroken __rustory_ask "$__rustory_door" "\${__rustory_at#* }" "\${__rustory_at%% *}" "\${COLUMNS-}" "\${LINES-}" \\
      "\${RUSTORY_SESSION-}" "$PWD" "--ahead \${NO_COLOR:+no-colour} \${TMUX:+tmux tmux=\$TMUX} locale=\${LC_ALL:-\${LC_CTYPE:-\${LANG-}}}" "\${__rustory_query//[[:cntrl:]]/ }"
    case $? in
      0) __rustory_answer "$__rustory_answer"; return ;;
      2) ${DROP_TYPED}; __rustory_tidy "$__rustory_tty"; __rustory_answer ''; return ;;
    esac
  fi
  [[ -n $__rustory_tty ]] || __rustory_meanwhile
  # The number behind the x is the status, and keeps newlines at the end.
  __rustory_answer=$(builtin printf '${SAVE_PLACE}' >/dev/tty; command "\${__rustory_program[@]}" search -i --widget --ahead --query="$__rustory_query" </dev/tty 2>/dev/tty; builtin printf 'x%s' "$?")
  __rustory_code=\${__rustory_answer##*x}
  __rustory_answer=\${__rustory_answer%x*}
  if ((__rustory_code > 1 && __rustory_code != 130)); then __rustory_tidy "$__rustory_tty"; fi
  __rustory_answer "$__rustory_answer"
}

# The terminal and which device it is: the daemon makes sure that it sees the same one.
__rustory_locate() {
  local __rustory_path= __rustory_i
  # On Linux no process has to be asked, as long as there are not many of them.
  for ((__rustory_i = 0; __rustory_i < 100; __rustory_i++)); do
    [[ /dev/pts/$__rustory_i -ef /dev/fd/0 ]] || builtin continue
    __rustory_path=/dev/pts/$__rustory_i
    builtin break
  done
  [[ -n $__rustory_path ]] || __rustory_path=$(command tty)
  # Two substitutions, as bash starts a process of its own for one with two programs.
  __rustory_at=$(command stat -Lc '%d:%i' "$__rustory_path" 2>/dev/null) ||
    __rustory_at=$(command stat -Lf '%d:%i' "$__rustory_path" 2>/dev/null)
  __rustory_at="$__rustory_at $__rustory_path"
}

# How the terminal is set is asked while the daemon gets ready.
__rustory_meanwhile() {
  __rustory_tty=$(command stty -g </dev/tty 2>/dev/null) || __rustory_tty=
}

# What a picker that was killed could not do: puts the terminal back, and wipes what was shown.
__rustory_tidy() {
  [[ -z \${1-} ]] || command stty "$1" </dev/tty 2>/dev/null
  builtin printf '${TIDY_SCREEN}' >/dev/tty
}

# The answer, as \`rr search --widget --ahead\` gives it. A key that runs a function cannot run the line:
# the key that is bound is followed by a second one, which runs it or does nothing, and then types what was
# typed behind the choice.
__rustory_answer() {
  local __rustory_text=$1 __rustory_ahead= __rustory_enter=
  # An older daemon has nothing behind its answer.
  if [[ $1 == *$'\\n'.* && \${1##*$'\\n'.} != *[!0-7\\\\]* ]]; then
    __rustory_text=\${1%$'\\n'.*} __rustory_ahead=\${1##*$'\\n'.}
  fi
  case $__rustory_text in
    edit$'\\n'*) READLINE_LINE=\${__rustory_text#edit$'\\n'} READLINE_POINT=2147483647 ;;
    run$'\\n'*) READLINE_LINE=\${__rustory_text#run$'\\n'} READLINE_POINT=2147483647 __rustory_enter='\\r' ;;
  esac
  [[ $__rustory_ahead == \\\\[0-7]* ]] || __rustory_ahead=
  if [[ -n \${BLE_ATTACHED-} ]]; then
    # There a function can run the line; what was typed behind the choice is lost.
    [[ -n $__rustory_enter ]] || return 0
    ble-edit/content/reset-and-check-dirty "$READLINE_LINE"
    ble/widget/accept-line
    READLINE_LINE= READLINE_POINT=0
  elif [[ -n $__rustory_enter && -z $__rustory_ahead ]]; then
    __rustory_bind '"\\e[9116~": accept-line'
  else
    __rustory_bind "\\"\\\\e[9116~\\": \\"$__rustory_enter$__rustory_ahead\\""
  fi
}

# ble.sh reads the keys itself, and knows those that its own \`bind\` was told. Up and Down are its own.
__rustory_bind() {
  local __rustory_map
  for __rustory_map in emacs vi-insert vi-command; do
    if [[ -n \${BLE_VERSION-} ]]; then
      ble/builtin/bind -m "$__rustory_map" "$@"
    else
      builtin bind -m "$__rustory_map" "$@"
    fi
  done 2>/dev/null
}

# No terminal sends the sequences with four digits.
__rustory_bind_keys() {
  if [[ -n \${BLE_VERSION-} ]]; then
    __rustory_bind -x '"\\C-r": __rustory_search'
    return
  fi
  # It may be loaded after the hook.
  BLE_ONLOAD[9114]=__rustory_bind_keys
  __rustory_bind '"\\e[9116~": ""'
  __rustory_bind -x '"\\e[9114~": __rustory_search'
  __rustory_bind '"\\C-r": "\\e[9114~\\e[9116~"'
  ${options.upArrow ? "__rustory_walk_keys" : ""}
}

__rustory_unbind() {
  ${options.upArrow ? "[[ -n ${BLE_VERSION-} ]] || __rustory_walk_no_more" : ""}
  __rustory_bind '"\\C-r": reverse-search-history'
  __rustory_bind -r '\\e[9114~'
  __rustory_bind -r '\\e[9116~'
  builtin unset 'BLE_ONLOAD[9114]'
  [[ -n \${BLE_ONLOAD[*]-} ]] || builtin unset BLE_ONLOAD
}
`;
}
