/**
 * The zsh hook (5.8 and newer): a script to be sourced.
 *
 * How it records is told in `zsh/record.ts`, what ctrl-r does is in `zsh/widget.ts`.
 */
import { quoteForShell } from "../base/shell_words.ts";
import type { HookOptions } from "./hook.ts";
import { zshRecorder } from "./zsh/record.ts";
import { zshWidget } from "./zsh/widget.ts";

/** The script for `source <(...)` or its like. */
export function zshHook(options: HookOptions): string {
  const folder = quoteForShell(options.folder);
  const program = options.program.map(quoteForShell).join(" ");
  return `# rr: records every command that is run in this zsh, without starting a process.
# Load it near the end of ~/.zshrc:  source <(rr hook --shell zsh)

# Aliases are expanded when a function is read: those of the user must not change ours. And under \`emulate sh\`
# other words would be patterns and braces.
'builtin' 'typeset' '-ga' __rustory_reading
__rustory_reading=()
[[ -o aliases ]] && __rustory_reading+=('aliases')
[[ -o shglob ]] && __rustory_reading+=('shglob')
[[ -o ignorebraces ]] && __rustory_reading+=('ignorebraces')
[[ -o ignoreclosebraces ]] && __rustory_reading+=('ignoreclosebraces')
'builtin' 'unsetopt' 'aliases' 'shglob' 'ignorebraces' 'ignoreclosebraces'

if [[ -o interactive && "\${(t)precmd_functions-} \${(t)preexec_functions-} \${(t)zshexit_functions-} \${(t)zshaddhistory_functions-}" == *readonly* ]]; then

'builtin' 'print' -ru2 'rr: nothing is recorded in this shell: precmd_functions or a list like it is read-only. Load the hook before the line that makes it so.'

# Not by __rustory_precmd: the original's hook has a function of that name.
elif [[ -o interactive ]] && ! (( \${+functions[__rustory_uninstall]} )); then

'builtin' 'zmodload' zsh/datetime zsh/system zsh/parameter 2>/dev/null

typeset -g +x __rustory_paused= __rustory_session= __rustory_spool=
typeset -ga +x __rustory_program

# The original's hook, in a shell that was open before: ours takes the place of its functions.
if (( \${+functions[__rustory_widget_ctrl_r]} )); then
  'builtin' 'bindkey' '^R' history-incremental-search-backward
  'builtin' 'zle' -D __rustory_ctrl_r_widget 2>/dev/null
  'builtin' 'unfunction' -m '__rustory_*'
  'builtin' 'unset' -m '__rustory_last_*'
fi
# It does nothing where this is set, and would take over from us otherwise.
typeset -g +x __RUSTORY_HOOK_INSTALLED=1

${zshRecorder(options.followShell ?? true)}
${zshWidget(options)}
function rr {
  case \${#}:\${1-} in
    1:pause) __rustory_paused=1; print 'Recording is paused in this shell. \`rr resume\` takes it up again.' ;;
    1:resume) __rustory_paused=; print 'This shell is recorded.' ;;
    *) command $__rustory_program "$@" ;;
  esac
}

function __rustory_uninstall {
  builtin emulate -L zsh && builtin trap - DEBUG ZERR
  __rustory_unbind
  precmd_functions=(\${precmd_functions:#__rustory_precmd})
  preexec_functions=(\${preexec_functions:#__rustory_preexec})
  zshexit_functions=(\${zshexit_functions:#__rustory_exit})
  zshaddhistory_functions=(\${zshaddhistory_functions:#__rustory_added})
  __rustory_unlisten
  unset RUSTORY_SESSION __RUSTORY_HOOK_INSTALLED
  unset -m '__rustory_*'
  unfunction -m rr '__rustory_*'
}

() {
  builtin emulate -L zsh && builtin trap - DEBUG ZERR
  local -i now
  (( now = EPOCHREALTIME * 1000000 ))
  __rustory_session=$$-$now-$RANDOM$RANDOM
  __rustory_spool=${folder}/$__rustory_session.spool
  [[ -d \${__rustory_spool:h} ]] || command mkdir -p -m 700 -- \${__rustory_spool:h} 2>/dev/null
  __rustory_program=(rr)
  (( \${+commands[rr]} )) || __rustory_program=(${program})
  __rustory_adopt $__rustory_spool
  typeset -gx RUSTORY_SESSION=$__rustory_session
  # First, so that no other tool's work counts as the command's; the start last, for the same reason.
  typeset -ga precmd_functions preexec_functions zshexit_functions zshaddhistory_functions
  precmd_functions=(__rustory_precmd \${precmd_functions:#__rustory_precmd})
  preexec_functions=(\${preexec_functions:#__rustory_preexec} __rustory_preexec)
  zshexit_functions+=(__rustory_exit)
  zshaddhistory_functions+=(__rustory_added)
}
__rustory_bind_keys

fi
(( \${#__rustory_reading[@]} )) && 'builtin' 'setopt' "\${__rustory_reading[@]}"
'builtin' 'unset' '__rustory_reading'
`;
}

/** Takes the hook out of a running shell. */
export const ZSH_UNINSTALL =
  `if (( \${+functions[__rustory_uninstall]} )); then __rustory_uninstall; fi
`;
