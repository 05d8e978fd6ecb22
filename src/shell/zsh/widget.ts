/** The ctrl-r and Up widgets of the zsh hook: what they do with the line, and their keys. */
import type { HookOptions } from "../hook.ts";

/**
 * Functions for the hook's script. `__rustory_bind_keys` takes the keys, `__rustory_unbind` gives them
 * back; `$__rustory_program` starts rr.
 */
export function zshWidget(options: Pick<HookOptions, "upArrow">): string {
  const up = options.upArrow ? "" : "# --up-arrow: ";
  return `typeset -gA +x __rustory_old_keys

function __rustory_search {
  builtin emulate -L zsh
  local answer
  # The x keeps newlines at the end.
  answer=$(command $__rustory_program search -i --widget "$@" --query="$BUFFER" </dev/tty 2>/dev/tty; print -n x)
  answer=\${answer%x}
  case $answer in
    edit$'\\n'*) BUFFER=\${answer#edit$'\\n'} CURSOR=\${#BUFFER} ;;
    run$'\\n'*) BUFFER=\${answer#run$'\\n'} CURSOR=\${#BUFFER} ;;
  esac
  zle reset-prompt
  [[ $answer == run$'\\n'* ]] && zle accept-line
  return 0
}

# Up: in the first line of the buffer this session's commands, else the line above.
function __rustory_up {
  if [[ $LBUFFER == *$'\\n'* ]]; then
    zle up-line-or-history
  else
    __rustory_search --up
  fi
}

function __rustory_bind {
  local map key old
  for map in emacs viins vicmd; do
    for key in "\${@:2}"; do
      old=$(bindkey -M $map $key 2>/dev/null)
      __rustory_old_keys[$map:$key]=\${old##* }
      bindkey -M $map $key $1
    done
  done 2>/dev/null
}

function __rustory_bind_keys {
  builtin emulate -L zsh
  zle -N __rustory_search
  zle -N __rustory_up
  __rustory_bind __rustory_search '^R'
  ${up}__rustory_bind __rustory_up '^[[A' '^[OA'
}

function __rustory_unbind {
  local at
  for at in \${(k)__rustory_old_keys}; do
    bindkey -M \${at%%:*} \${at#*:} \${__rustory_old_keys[$at]:-undefined-key}
  done 2>/dev/null
  zle -D __rustory_search __rustory_up 2>/dev/null
}
`;
}
