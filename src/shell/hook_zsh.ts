/**
 * The zsh hook (5.8 and newer): a script to be sourced.
 *
 * `preexec` gets the line as typed, `precmd` the status. The record is written with `syswrite`, one
 * write(2) whatever its length, to a file that `sysopen` creates with mode 0600 whatever the umask
 * is: no process, no fork, no change of the umask.
 */
import { type HookOptions, quoteForShell } from "./hook.ts";
import { zshWidget } from "./zsh/widget.ts";

/** The script for `source <(...)` or its like. */
export function zshHook(options: HookOptions): string {
  const folder = quoteForShell(options.folder);
  const program = options.program.map(quoteForShell).join(" ");
  return `# rr: records every command that is run in this zsh, without starting a process.
# Load it near the end of ~/.zshrc:  source <(rr hook --shell zsh)

# Aliases are expanded when a function is read: those of the user must not change ours.
[[ -o aliases ]] && __rustory_aliases=1
'builtin' 'unsetopt' 'aliases'

# Not by __rustory_precmd: the original's hook has a function of that name.
if [[ -o interactive ]] && ! (( \${+functions[__rustory_uninstall]} )); then

'builtin' 'zmodload' zsh/datetime zsh/system 2>/dev/null

typeset -g +x __rustory_command= __rustory_cwd= __rustory_paused= __rustory_session= __rustory_spool=
typeset -gi +x __rustory_start=0 __rustory_number=0
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

function __rustory_preexec {
  builtin emulate -L zsh -o extendedglob
  __rustory_command=
  # $1 is the line as typed; empty if history is off. A leading blank hides it.
  [[ -z $1 || $1 == [[:blank:]]* || -n \${RUSTORY_HOOK_DISABLE-} || -n $__rustory_paused ]] && return 0
  __rustory_command=$1
  __rustory_cwd=$PWD
  (( __rustory_start = EPOCHREALTIME * 1000 ))
  [[ -n \${HISTORY_IGNORE-} && $1 == \${~HISTORY_IGNORE} ]] 2>/dev/null && __rustory_command=
  # Nothing of this shell is left to note the end of an exec.
  [[ $__rustory_command == exec[[:blank:]]* ]] && __rustory_record 0
  return 0
}

function __rustory_precmd {
  local -i __rustory_status=$?
  builtin emulate -L zsh
  [[ -n $__rustory_command ]] && __rustory_record $__rustory_status
  return 0
}

# A subshell that ends runs this too.
function __rustory_exit {
  local -i __rustory_status=$?
  builtin emulate -L zsh
  [[ -n $__rustory_command ]] && (( ZSH_SUBSHELL == 0 )) && __rustory_record $__rustory_status
  return 0
}

# One record: see "spool record" in the sources. One call of write(2), to a file that only this shell
# writes to.
function __rustory_record {
  local -i took fd=0
  (( took = EPOCHREALTIME * 1000 - __rustory_start, __rustory_number++ ))
  (( took < 0 )) && took=0
  local record=$'\\x1err1\\0'$__rustory_number$'\\0'$__rustory_start$'\\0'$took$'\\0'$1$'\\0zsh\\0'
  record+=\${HOST-}$'\\0'$__rustory_cwd$'\\0'\${__rustory_command//$'\\0'/}$'\\0\\n'
  __rustory_command=
  {
    if (( \${+builtins[sysopen]} )); then
      sysopen -a -m 0600 -o creat,cloexec -u fd -- $__rustory_spool &&
        { syswrite -o $fd -- $record; exec {fd}>&- }
    else
      print -rn -- $record >>| $__rustory_spool
    fi
  } 2>/dev/null
}

${zshWidget(options)}
function rr {
  case \${1-} in
    pause) __rustory_paused=1; print 'Recording is paused in this shell. \`rr resume\` takes it up again.' ;;
    resume) __rustory_paused=; print 'This shell is recorded.' ;;
    *) command $__rustory_program "$@" ;;
  esac
}

function __rustory_uninstall {
  builtin emulate -L zsh
  __rustory_unbind
  precmd_functions=(\${precmd_functions:#__rustory_precmd})
  preexec_functions=(\${preexec_functions:#__rustory_preexec})
  zshexit_functions=(\${zshexit_functions:#__rustory_exit})
  unset RUSTORY_SESSION __RUSTORY_HOOK_INSTALLED
  unset -m '__rustory_*'
  unfunction -m rr '__rustory_*'
}

() {
  builtin emulate -L zsh
  local -i now
  (( now = EPOCHREALTIME * 1000000 ))
  __rustory_session=$$-$now-$RANDOM$RANDOM
  __rustory_spool=${folder}/$__rustory_session.spool
  __rustory_program=(rr)
  (( \${+commands[rr]} )) || __rustory_program=(${program})
  typeset -gx RUSTORY_SESSION=$__rustory_session
  # First, so that no other tool's work counts as the command's; the start last, for the same reason.
  typeset -ga precmd_functions preexec_functions zshexit_functions
  precmd_functions=(__rustory_precmd \${precmd_functions:#__rustory_precmd})
  preexec_functions=(\${preexec_functions:#__rustory_preexec} __rustory_preexec)
  zshexit_functions+=(__rustory_exit)
}
__rustory_bind_keys

fi
(( \${__rustory_aliases-0} )) && 'builtin' 'setopt' 'aliases'
'builtin' 'unset' '__rustory_aliases'
`;
}

/** Takes the hook out of a running shell. */
export const ZSH_UNINSTALL =
  `if (( \${+functions[__rustory_uninstall]} )); then __rustory_uninstall; fi
`;
