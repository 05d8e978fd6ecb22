/** What makes Tab complete rr, for each shell. */
import type { ShellName } from "./hook.ts";

/** The scripts. Tab asks `rr __complete` for what may come; words go there and come back without what quotes them. */
export const COMPLETIONS: Readonly<Record<ShellName, string>> = {
  bash: `# Completions of rr for bash.
_rr() {
  local line word gap sign quote= begun= words=() rest=\${COMP_LINE:0:COMP_POINT}
  COMPREPLY=()
  # bash breaks words at : and =, which stand within those of rr: what no blank parts is one word.
  for word in "\${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    gap=\${rest%%[![:blank:]]*} rest=\${rest#"\${rest%%[![:blank:]]*}"}
    if [[ -z $gap ]] && ((\${#words[@]})); then words[-1]+=$word; else words+=("$word"); fi
    rest=\${rest#"$word"}
  done
  # It puts the answer in the place of what is behind the last of them, or behind a quote that is open.
  word=\${words[-1]}
  if [[ $word == [\\"\\']* ]]; then quote=1 word=\${word:1}; else
    word=\${word//\\\\\\\\/$'\\1'} word=\${word//\\\\/} word=\${word//$'\\1'/\\\\}
    for sign in : =; do
      [[ $COMP_WORDBREAKS == *"$sign"* && $word == *"$sign"* ]] || continue
      line=\${word%"$sign"*}$sign
      ((\${#line} <= \${#begun})) || begun=$line
    done
  fi
  words[-1]=$word
  while IFS= read -r line; do
    # A lone TAB: nothing fits, not even a file.
    if [[ $line == $'\\t' ]]; then compopt +o default 2>/dev/null; continue; fi
    line=\${line%%$'\\t'*} line=\${line#"$begun"}
    # Only at the beginning of a word ~ means something, and would have to be quoted.
    if [[ $line && -z $quote ]]; then printf -v line %q "$line"; fi
    if [[ $begun && $line == '\\~'* ]]; then line=\${line:1}; fi
    COMPREPLY+=("$line")
  done < <("\${words[0]}" __complete "\${words[@]:1}" 2>/dev/null)
  # A filter goes on with its value.
  if ((\${#COMPREPLY[@]} == 1)) && [[ \${COMPREPLY[0]} == *: ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -o default -F _rr rr
`,
  zsh: `#compdef rr
# Completions of rr for zsh.
_rr() {
  local -a out
  local line word files=1
  while IFS= read -r line; do
    files=0
    # A lone TAB: nothing fits, not even a file.
    [[ $line == $'\\t' ]] && continue
    word=\${\${line%%$'\\t'*}//\\\\/\\\\\\\\}
    out+=("\${word//:/\\\\:}:\${line#*$'\\t'}")
  done < <("\${words[1]}" __complete "\${(@Q)words[2,CURRENT-1]}" "\${\${(Q)words[CURRENT]}#[\\"\\']}" 2>/dev/null)
  if (( $#out )); then _describe rr out; elif (( files )); then _files; fi
}
(( $+functions[compdef] )) && compdef _rr rr
`,
  fish: `# Completions of rr for fish.
function __rr_complete
  set -l words (commandline -opc) (string unescape -- (commandline -ct); or commandline -ct)
  $words[1] __complete $words[2..-1] 2>/dev/null
end
# A lone TAB: nothing fits, not even a file.
complete -c rr -f -n 'test -n (__rr_complete | string collect)' -a '(__rr_complete | string match -v "\\t")'
complete -c rr -F -n 'test -z (__rr_complete | string collect)'
`,
};
