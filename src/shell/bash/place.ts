/** Where the hook stands among prompt commands and traps of others, and how it goes again. */
import { v } from "./numbers.ts";
import { MOST_MOVES, MOST_OUTS, RESERVE } from "./prompt_words.ts";

/** Functions for the hook's script. */
export const BASH_PLACE =
  `# Puts us in front, so that no other tool's time counts as the command's; elements of an array (5.1 and
# newer) leave $? and PIPESTATUS alone. bash-preexec insists on being first and calls us itself.
__rustory_place() {
  local __rustory_front=$__rustory_element __rustory_set=\${PROMPT_COMMAND+x} __rustory_one
  [[ -n \${PS0+x} ]] || PS0=
  # Prompts that are not expanded would show it.
  if [[ :$BASHOPTS: != *:promptvars:* ]]; then
    __rustory_plain_ps0
    # To be looked at again until they are.
    ((${v("ps0")} = -1, 1))
  else
    if [[ $PS0 != "$__rustory_ps0_front"*"$__rustory_ps0_behind" ]]; then
      __rustory_plain_ps0
      PS0=$__rustory_ps0_front$PS0$__rustory_ps0_behind
    fi
    ((${v("ps0")} = 1\${#PS0}, 1))
  fi
  [[ -z $__rustory_set || \${PROMPT_COMMAND@a} != *r* ]] || ${v("fixed")}=1
  if [[ -n \${bash_preexec_imported-}\${__bp_imported-} ]]; then
    [[ \${precmd_functions[0]-} != __rustory_precmd || "\${PROMPT_COMMAND[*]-}" == *"$__rustory_element"* ]] || return 0
    __rustory_front=
  elif [[ -z $__rustory_array && \${PROMPT_COMMAND-} == "$__rustory_element"* ]]; then
    return 0
  elif [[ -n $__rustory_set && \${#PROMPT_COMMAND} -eq \${#__rustory_element} ]]; then
    [[ -z \${PROMPT_COMMAND[${RESERVE}]-} ]] || builtin unset -v 'PROMPT_COMMAND[${RESERVE}]'
    return 0
  fi
  __rustory_stays && return 0
  ((${v("moves")}++ < ${MOST_MOVES} && ${v("fixed")} == 0)) || return 0
  if [[ -z $__rustory_front ]]; then
    builtin set -- __rustory_precmd
    for __rustory_one in "\${precmd_functions[@]}"; do
      [[ $__rustory_one == __rustory_precmd ]] || builtin set -- "$@" "$__rustory_one"
    done
    __rustory_fill precmd_functions "$@"
  fi
  __rustory_others
  if [[ -n $__rustory_array ]]; then
    __rustory_fill PROMPT_COMMAND \${__rustory_front:+"$__rustory_front"} "\${__rustory_behind[@]}"
  else
    PROMPT_COMMAND=$__rustory_front\${__rustory_behind[0]+$'\\n'\${__rustory_behind[0]}}
  fi
}

# Fills the array $1 with what follows, from behind: whenever ctrl-c comes, nothing of it is missing.
# Quoted: bash 5.0 splits what it takes out of $@.
__rustory_fill() {
  local -n __rustory_array_of=$1
  local __rustory_at
  for ((__rustory_at = $#; __rustory_at > 1; __rustory_at--)); do
    __rustory_array_of[__rustory_at - 2]="\${@:__rustory_at:1}"
  done
  for __rustory_at in "\${!__rustory_array_of[@]}"; do
    ((__rustory_at < $# - 1)) || builtin unset -v "__rustory_array_of[$__rustory_at]"
  done
}

# Where others take us out again and again we stay behind them, where we got back.
__rustory_stays() {
  ((${
    v("outs")
  } >= ${MOST_OUTS})) && [[ -n \${PROMPT_COMMAND[${RESERVE}]-} && -z \${bash_preexec_imported-}\${__bp_imported-} ]] ||
    return 1
  # Nothing is to be moved at a prompt without a command either.
  ((${v("moves")} = ${MOST_MOVES}))
  ((\${#PROMPT_COMMAND[@]} != ${v("places")})) || return 0
  __rustory_others
  __rustory_fill PROMPT_COMMAND "\${__rustory_behind[@]}"
  PROMPT_COMMAND[${RESERVE}]=$__rustory_element
  ${v("places")}=\${#PROMPT_COMMAND[@]}
}

# The prompt commands of others, in __rustory_behind.
__rustory_others() {
  local __rustory_one __rustory_first=
  [[ -z \${PROMPT_COMMAND+x} || \${PROMPT_COMMAND@a} != *a* || \${PROMPT_COMMAND-} == *__rustory_* ]] ||
    __rustory_first=$PROMPT_COMMAND
  builtin set --
  for __rustory_one in "\${PROMPT_COMMAND[@]}"; do
    __rustory_without "$__rustory_one"
    [[ -z $__rustory_one ]] || builtin set -- "$@" "$__rustory_one"
  done
  # Whoever knows no arrays took us for all there is, and put itself in our place: behind the others, then.
  # Those that set the variable themselves meant what they are to be replaced with.
  if [[ -n $__rustory_first ]] && (($# > 1)) && [[ "\${*:2}" == "\${__rustory_behind[*]}" ]]; then
    builtin set --
    for __rustory_one in "\${__rustory_behind[@]}"; do
      [[ $__rustory_one == "$__rustory_first" ]] || __rustory_sets_it "$__rustory_one" ||
        builtin set -- "$@" "$__rustory_one"
    done
    builtin set -- "$@" "$__rustory_first"
  fi
  __rustory_fill __rustory_behind "$@"
}

# Whether a prompt command sets PROMPT_COMMAND.
__rustory_sets_it() {
  [[ $1 == *PROMPT_COMMAND=* || $(builtin declare -f -- "$1") == *PROMPT_COMMAND=* ]]
}

# Takes us out of PS0.
__rustory_plain_ps0() {
  PS0=\${PS0//"$__rustory_ps0_front"/}
  PS0=\${PS0//"$__rustory_ps0_behind"/}
}

# Takes us out of one prompt command, in __rustory_one.
__rustory_without() {
  __rustory_one=\${1//"$__rustory_element"/}
  # As the original's hook put it there.
  __rustory_one=\${__rustory_one//__rustory_precmd/}
  [[ $__rustory_one != "$1" ]] || return 0
  while [[ $__rustory_one == [[:space:]\\;]* ]]; do __rustory_one=\${__rustory_one#?}; done
  while [[ $__rustory_one == *[[:space:]\\;] ]]; do __rustory_one=\${__rustory_one%?}; done
}

# In front of the user's own EXIT trap, if we are not in the traps $1; with "off" out of it.
__rustory_on_exit() {
  [[ $1 != *__rustory_exit* ]] || return 0
  local __rustory_own= __rustory_off=$1
  if [[ -e $__rustory_line ]] && builtin trap -p EXIT >|"$__rustory_line"; then
    builtin mapfile -td '' __rustory_own <"$__rustory_line"
    >|"$__rustory_line"
  else
    __rustory_own=$(builtin trap -p EXIT)
  fi
  builtin eval "builtin set -- \${__rustory_own-}"
  __rustory_own=\${3-}
  __rustory_own=\${__rustory_own#"$__rustory_on_exit"}
  __rustory_own=\${__rustory_own#$'\\n'}
  if [[ $__rustory_off != off ]]; then
    builtin trap -- "$__rustory_on_exit\${__rustory_own:+$'\\n'$__rustory_own}" EXIT
  elif [[ -n $__rustory_own ]]; then
    builtin trap -- "$__rustory_own" EXIT
  else
    builtin trap - EXIT
  fi
}

# What traps there are, without a fork where a file can be written.
__rustory_set_out() {
  local __rustory_traps=
  if [[ -e $__rustory_line ]] || __rustory_create "$__rustory_line" &&
    builtin trap -p EXIT XFSZ >|"$__rustory_line"; then
    builtin mapfile -td '' __rustory_traps <"$__rustory_line"
    # An empty file leaves it unset.
    __rustory_traps=\${__rustory_traps-}
    >|"$__rustory_line"
  else
    __rustory_traps=$(builtin trap -p EXIT XFSZ)
  fi
  [[ $__rustory_traps != *SIGXFSZ* ]] || __rustory_own_limit=1
  __rustory_on_exit "$__rustory_traps"
  __rustory_place
}

__rustory_unrecord() {
  local __rustory_one
  __rustory_plain_ps0
  if [[ -n \${precmd_functions+x} ]]; then
    builtin set --
    for __rustory_one in "\${precmd_functions[@]}"; do
      [[ $__rustory_one == __rustory_precmd ]] || builtin set -- "$@" "$__rustory_one"
    done
    __rustory_fill precmd_functions "$@"
  fi
  builtin set --
  for __rustory_one in "\${PROMPT_COMMAND[@]}"; do
    __rustory_without "$__rustory_one"
    [[ -z $__rustory_one ]] || builtin set -- "$@" "$__rustory_one"
  done
  builtin unset -v PROMPT_COMMAND
  (($# == 0)) || __rustory_fill PROMPT_COMMAND "$@"
  __rustory_on_exit off
}
`;
