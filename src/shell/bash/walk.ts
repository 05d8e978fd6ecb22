/**
 * Up and Down in bash: through the commands of this session and then those of before, in the line itself,
 * as the daemon knows them. Without one the keys do what they did before the hook.
 */
import { MAX_QUERY_CHARS } from "../widget.ts";

/**
 * Seconds for which nothing is asked after a question that nobody answered: a daemon that hangs is not
 * in the way.
 */
const REST_SECONDS = 10;

/** Functions for the hook's script; none if the keys are left alone. */
export function bashWalk(isWanted: boolean): string {
  return isWanted ? SCRIPT : "";
}

const SCRIPT = `__rustory_step=0 __rustory_got=0 __rustory_rest=0
__rustory_walked= __rustory_own= __rustory_number= __rustory_by_shell=
__rustory_former_up=previous-history __rustory_former_down=next-history

# Up: within a text of several lines the line above, from its first line on the command before.
__rustory_up() {
  local __rustory_before=\${READLINE_LINE:0:READLINE_POINT}
  __rustory_bind '"\\e[9116~": ""'
  if [[ $__rustory_before == *$'\\n'* ]]; then
    local __rustory_above=\${__rustory_before%$'\\n'*}
    local __rustory_column=$((\${#__rustory_before} - \${#__rustory_above} - 1))
    local __rustory_row=\${__rustory_above##*$'\\n'}
    ((__rustory_column <= \${#__rustory_row})) || __rustory_column=\${#__rustory_row}
    READLINE_POINT=$((\${#__rustory_above} - \${#__rustory_row} + __rustory_column))
  elif ! __rustory_back; then
    __rustory_bind "\\"\\\\e[9116~\\": $__rustory_former_up"
  fi
}

__rustory_down() {
  local __rustory_before=\${READLINE_LINE:0:READLINE_POINT} __rustory_behind=\${READLINE_LINE:READLINE_POINT}
  __rustory_bind '"\\e[9116~": ""'
  if [[ $__rustory_behind == *$'\\n'* ]]; then
    local __rustory_rest_of=\${__rustory_behind%%$'\\n'*}
    local __rustory_below=\${__rustory_behind#*$'\\n'} __rustory_row=\${__rustory_before##*$'\\n'}
    local __rustory_column=\${#__rustory_row}
    __rustory_below=\${__rustory_below%%$'\\n'*}
    ((__rustory_column <= \${#__rustory_below})) || __rustory_column=\${#__rustory_below}
    READLINE_POINT=$((\${#__rustory_before} + \${#__rustory_rest_of} + 1 + __rustory_column))
  elif ((__rustory_step > 0)) && [[ $READLINE_LINE == "$__rustory_walked" ]]; then
    ((__rustory_step--))
    __rustory_put
  else
    __rustory_bind "\\"\\\\e[9116~\\": $__rustory_former_down"
  fi
}

# One command back. 1: there is no daemon to ask.
__rustory_back() {
  local -
  builtin set +u
  local -a __rustory_reply
  local __rustory_one __rustory_other __rustory_now='\\#'
  # The number of the line that is typed.
  __rustory_now=\${__rustory_now@P}
  [[ $__rustory_now == "$__rustory_number" ]] || __rustory_step=0 __rustory_by_shell=
  __rustory_number=$__rustory_now
  [[ -z $__rustory_by_shell ]] || return 1
  if ((__rustory_step == 0)) || [[ $READLINE_LINE != "$__rustory_walked" ]]; then
    # From another line: what it holds is what the commands begin with, and comes back with Down.
    ((\${#READLINE_LINE} <= ${MAX_QUERY_CHARS})) || return 1
    __rustory_own=$READLINE_LINE __rustory_step=0 __rustory_got=0
    builtin unset -v __rustory_walk
  fi
  if ((__rustory_step == \${#__rustory_walk[@]})); then
    __rustory_fetch || ((__rustory_step > 0)) || { __rustory_by_shell=1; return 1; }
    ((__rustory_got += \${#__rustory_reply[@]}))
    # Another shell may have added one meanwhile.
    for __rustory_one in "\${__rustory_reply[@]}"; do
      for __rustory_other in "\${__rustory_walk[@]}"; do
        [[ $__rustory_one != "$__rustory_other" ]] || builtin continue 2
      done
      __rustory_walk[\${#__rustory_walk[@]}]=$__rustory_one
    done
  fi
  if ((__rustory_step < \${#__rustory_walk[@]})); then
    ((++__rustory_step))
    __rustory_put
  fi
  return 0
}

__rustory_fetch() {
  ((EPOCHSECONDS >= __rustory_rest)) || return 1
  __rustory_unbroken __rustory_question "$__rustory_door" earlier "\${RUSTORY_SESSION-}" "$__rustory_own" "$__rustory_got"
  case $? in
    0) return 0 ;;
    2) __rustory_rest=$((EPOCHSECONDS + ${REST_SECONDS})) ;;
  esac
  return 1
}

__rustory_put() {
  READLINE_LINE=$__rustory_own
  ((__rustory_step == 0)) || READLINE_LINE=\${__rustory_walk[__rustory_step - 1]}
  __rustory_walked=$READLINE_LINE
  READLINE_POINT=2147483647
}

# What the keys did before is asked for here, as nobody can tell it any more later. As a rule that is what
# they do in every bash, and the list of all keys is long.
__rustory_walk_keys() {
  local __rustory_keys= __rustory_name
  __rustory_keys_of 'builtin bind -q previous-history; builtin bind -q next-history'
  if [[ $__rustory_keys != *previous-history*'"\\e[A"'*next-history*'"\\e[B"'* ]]; then
    __rustory_keys_of 'builtin bind -p'
    for __rustory_name in up:A down:B; do
      # \`\${list#*key}\` would take a time that grows with the square.
      local __rustory_key=$'\\n"\\\\\\\\e\\\\['"\${__rustory_name#*:}"$'": ([^\\n]*)'
      [[ $'\\n'$__rustory_keys =~ $__rustory_key ]] || builtin continue
      builtin printf -v "__rustory_former_\${__rustory_name%:*}" %s "\${BASH_REMATCH[1]}"
    done
  fi
  __rustory_bind -x '"\\e[9115~": __rustory_up'
  __rustory_bind -x '"\\e[9117~": __rustory_down'
  __rustory_bind '"\\e[A": "\\e[9115~\\e[9116~"'
  __rustory_bind '"\\eOA": "\\e[9115~\\e[9116~"'
  __rustory_bind '"\\e[B": "\\e[9117~\\e[9116~"'
  __rustory_bind '"\\eOB": "\\e[9117~\\e[9116~"'
}

# What commands print, in __rustory_keys: through a file, as a substitution forks.
__rustory_keys_of() {
  if [[ -e $__rustory_line ]] && >|"$__rustory_line"; then
    builtin eval "$1" >>"$__rustory_line"
    IFS= builtin read -r -d '' __rustory_keys <"$__rustory_line"
    >|"$__rustory_line"
  else
    __rustory_keys=$(builtin eval "$1")
  fi 2>/dev/null
}

__rustory_walk_no_more() {
  __rustory_bind "\\"\\\\e[A\\": $__rustory_former_up"
  __rustory_bind "\\"\\\\eOA\\": $__rustory_former_up"
  __rustory_bind "\\"\\\\e[B\\": $__rustory_former_down"
  __rustory_bind "\\"\\\\eOB\\": $__rustory_former_down"
  __rustory_bind -r '\\e[9115~'
  __rustory_bind -r '\\e[9117~'
}
`;
