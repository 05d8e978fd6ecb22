/** What ctrl-r and Up do in the bash hook, and their keys. */
import type { HookOptions } from "../hook.ts";

/**
 * Functions for the hook's script. `__rustory_bind_keys` takes the keys, `__rustory_unbind` gives them
 * back; `"${__rustory_program[@]}"` starts rr.
 */
export function bashWidget(options: Pick<HookOptions, "upArrow">): string {
  const up = options.upArrow ? "" : "# --up-arrow: ";
  return `__rustory_search() {
  local __rustory_answer
  # The x keeps newlines at the end.
  __rustory_answer=$(command "\${__rustory_program[@]}" search -i --widget "$@" --query="$READLINE_LINE" </dev/tty 2>/dev/tty; printf x)
  __rustory_answer=\${__rustory_answer%x}
  # bash has no way to run a line from here: it is put on the prompt, for Enter.
  case $__rustory_answer in
    edit$'\\n'*) READLINE_LINE=\${__rustory_answer#edit$'\\n'} READLINE_POINT=2147483647 ;;
    run$'\\n'*) READLINE_LINE=\${__rustory_answer#run$'\\n'} READLINE_POINT=2147483647 ;;
  esac
}

__rustory_bind() {
  local __rustory_map
  for __rustory_map in emacs vi-insert vi-command; do
    bind -m "$__rustory_map" -x "$1"
  done 2>/dev/null
}

__rustory_bind_keys() {
  __rustory_bind '"\\C-r": __rustory_search'
  ${up}__rustory_bind '"\\e[A": __rustory_search --up'
  ${up}__rustory_bind '"\\eOA": __rustory_search --up'
}

__rustory_unbind() {
  local __rustory_map
  for __rustory_map in emacs vi-insert vi-command; do
    bind -m "$__rustory_map" '"\\C-r": reverse-search-history'
    bind -m "$__rustory_map" '"\\e[A": previous-history'
    bind -m "$__rustory_map" '"\\eOA": previous-history'
  done 2>/dev/null
}
`;
}
