/** What makes Tab complete rr, for each shell. */
import type { ShellName } from "./hook.ts";

/** The scripts. Tab asks `rr __complete` for what may come. */
export const COMPLETIONS: Readonly<Record<ShellName, string>> = {
  bash: `# Completions of rr for bash.
_rr() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    # A lone TAB: nothing fits, not even a file.
    if [[ $line == $'\\t' ]]; then compopt +o default 2>/dev/null; continue; fi
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <("\${COMP_WORDS[0]}" __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _rr rr
`,
  zsh: `#compdef rr
# Completions of rr for zsh.
_rr() {
  local -a out
  local line files=1
  while IFS= read -r line; do
    files=0
    # A lone TAB: nothing fits, not even a file.
    [[ $line == $'\\t' ]] && continue
    out+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done < <("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( $#out )); then _describe rr out; elif (( files )); then _files; fi
}
(( $+functions[compdef] )) && compdef _rr rr
`,
  fish: `# Completions of rr for fish.
function __rr_complete
  set -l words (commandline -opc) (commandline -ct)
  $words[1] __complete $words[2..-1] 2>/dev/null
end
# A lone TAB: nothing fits, not even a file.
complete -c rr -f -n 'test -n (__rr_complete | string collect)' -a '(__rr_complete | string match -v "\\t")'
complete -c rr -F -n 'test -z (__rr_complete | string collect)'
`,
};
