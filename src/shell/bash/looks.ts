/** Who looks what happened since the last prompt: the prompt command, a substitution, a function, the EXIT trap. */
import { UNKNOWN_STATUS } from "../hook.ts";
import { v } from "./numbers.ts";
import { calculate, LOOK, MICROSECONDS, NOT_LOOKED } from "./prompt_words.ts";

/** Functions for the hook's script. */
export const BASH_LOOKS =
  `# The loop's body. The file has what traps there are, as only the top level sees them.
__rustory_prompt() {
  case $- in *[aekuxTE]*) local -; builtin set +aekuxTE ;; esac
  [[ \${IFS-x} == $' \\t\\n' || \${IFS@a} == *r* ]] || local IFS=$' \\t\\n'
  local __rustory_traps= __rustory_text=
  [[ -z $__rustory_mask ]] || __rustory_unmask
  # Prompts are not expanded.
  [[ $${v("job")} != ${NOT_LOOKED} ]] || builtin : "${LOOK}"
  if ! __rustory_quick; then
    [[ -n $__rustory_traps ]] || builtin mapfile -td '' __rustory_traps <"$__rustory_line"
    __rustory_usual_traps=
    if [[ $__rustory_traps == *' DEBUG'* ]]; then
      ${v("trapped")}=1
    elif [[ $__rustory_traps == *__rustory_exit* ]]; then
      __rustory_usual
    fi
    [[ $${v("job")} == 0 ]] || __rustory_take
    __rustory_on_exit "$__rustory_traps"
  fi
  ((${v("job")} = ${NOT_LOOKED}, ${v("run")} = 1))
  [[ -n $__rustory_own_limit ]] || builtin trap - XFSZ
  # As it was left, and seen to be so by what only prompts expand.
  ((${v("placed")})) || __rustory_place
}

# Keeps the traps in lines, as they are compared, with the blank between that a list has.
__rustory_usual() {
  local -a __rustory_all
  __rustory_usual_text=$__rustory_traps
  builtin mapfile -t __rustory_all <<<"\${__rustory_traps%$'\\n'}"
  __rustory_usual_lines=\${#__rustory_all[@]}
  __rustory_usual_traps=\${__rustory_all[*]}
}

# In a command substitution: says what the last line is, and by its status whether there is a DEBUG trap (1)
# and whether the history is empty (2), off (4) or its number one too high (8), which that does not tell.
__rustory_apart() {
  local - __rustory_text= __rustory_trapped=0 __rustory_told=$${v("number")}
  builtin set +aekuxTE
  [[ -z $__rustory_debug ]] || __rustory_trapped=1
  if [[ $${v("looks")} == 1 && -s $__rustory_line ]]; then
    __rustory_trapped=1
    >|"$__rustory_line"
  fi
  __rustory_take
  builtin printf '%s' "\${__rustory_last[${v("looks")}]}" >&3
  return "$((__rustory_trapped + (${v("number")} == 0 ? 2 : 0) + ${v("off")} * 4 +
    (__rustory_told == ${v("number")} + 1 && ${v("number")} ? 8 : 0)))"
}

# Called by a function of others.
__rustory_precmd() {
  ((${v("code")} = $?, ${v("turn")}++, 1))
  # Only the caller is seen here.
  __rustory_witness[${v("turn")}]=
  __rustory_whole
}

# The whole look, with its status. \`local -\` would have bash 5.0 put what follows into the history, and with
# set -k it is not \`local\` that gets a value.
__rustory_whole() {
  local __rustory_flags
  __rustory_flags=\${-//[!aekuxTE]/}
  {
    [[ -z $__rustory_flags ]] || builtin set "+$__rustory_flags"
    [[ -n $__rustory_array ]] || __rustory_ask_number
    builtin : "${LOOK}"
    [[ \${IFS@a} == *r* ]] || local IFS=$' \\t\\n'
    local __rustory_text=
    [[ $${v("job")} == 0 ]] || __rustory_take
    [[ -n $__rustory_own_limit ]] || builtin trap - XFSZ
    # Seen in functions too, as DEBUG traps are not.
    if builtin trap -p EXIT >|"$__rustory_line"; then
      builtin mapfile -td '' __rustory_text <"$__rustory_line"
      >|"$__rustory_line"
      __rustory_on_exit "\${__rustory_text-}"
    fi
    __rustory_place
    [[ -z $__rustory_flags ]] || builtin set "-$__rustory_flags"
  } 2>/dev/null
  return "$${v("code")}"
}

# Comes before the user's own EXIT trap, which finds the status as it is and may call \`exit\`.
__rustory_exit() {
  ((BASH_SUBSHELL == 0)) && [[ -n \${__rustory_before[${v("done")} + 1]+x} ]] ||
    return "$${v("status")}"
  # See \`__rustory_whole\`.
  local __rustory_flags __rustory_code
  __rustory_flags=\${-//[!aekuxTE]/} __rustory_code=$${v("status")}
  [[ -z $__rustory_flags ]] || builtin set "+$__rustory_flags"
  [[ \${IFS@a} == *r* ]] || local IFS=$' \\t\\n'
  local __rustory_text=
  [[ -n $__rustory_array ]] || __rustory_ask_number
  builtin : "${
    calculate(
      `${v("endUs")}=${MICROSECONDS}`,
      `${v("looks")}++`,
      `${v("turn")}++`,
      `${v("number")}=\${__rustory_bang@P}`,
    )
  }"
  __rustory_witness[${v("turn")}]=$BASH_COMMAND
  __rustory_last_status
  __rustory_take
  [[ -z $__rustory_flags ]] || builtin set "-$__rustory_flags"
  return "$__rustory_code"
}

# With what the shell ends. A signal leaves the status of the command before.
__rustory_last_status() {
  if [[ $BASH_COMMAND == ?(builtin\\ |command\\ |\\\\)@(exit|logout)\\ +([0-9]) ]]; then
    ((${v("status")} = \${BASH_COMMAND##* } & 255, 1))
  elif [[ $BASH_COMMAND != ?(builtin\\ |command\\ |\\\\)@(exit|logout)* && $__rustory_flags != *e* ]]; then
    ${v("status")}=${UNKNOWN_STATUS}
  fi
}
`;
