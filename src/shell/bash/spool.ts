/** How a record comes into the spool file. */
import { MOST_WRITES } from "../hook.ts";

const WRITES = Array.from({ length: MOST_WRITES }, (_, i) => i + 1).join(" ");

/** Functions for the hook's script. */
export const BASH_SPOOL =
  `# One record: see "spool record" in the sources. Only this shell writes to the file.
__rustory_record() {
  [[ -n $6 && $6 != [[:blank:]]* && -z \${RUSTORY_HOOK_DISABLE-}$__rustory_paused &&
    (-z $__rustory_follow || -n \${HISTFILE-}) ]] || return 0
  local __rustory_took=$((($3 - $2) / 1000)) __rustory_ms=$(($2 / 1000))
  if ((__rustory_took < 0 || __rustory_ms <= 0)); then
    ((__rustory_took >= 0)) || __rustory_took=0
    ((__rustory_ms > 0)) || builtin printf -v __rustory_ms '%(%s000)T' -1
  fi
  local __rustory_try
  for __rustory_try in ${WRITES}; do
    [[ -e $__rustory_spool ]] || __rustory_create "$__rustory_spool" || return 0
    builtin printf '\\x1err1\\0%s\\0%s\\0%s\\0%s\\0bash\\0%s\\0%s\\0%s\\0\\n' "$1" "$__rustory_ms" \\
      "$__rustory_took" "$4" "\${HOSTNAME-}" "$5" "$6" >>"$__rustory_spool" || return 0
    # Else it was taken meanwhile, perhaps before this was in it.
    [[ ! -e $__rustory_spool ]] || return 0
  done
}

# 0600 whatever the umask is. That is in a file on Linux; elsewhere it takes a file to learn it without
# a fork.
__rustory_create() {
  local __rustory_name= __rustory_umask=$__rustory_mask
  if [[ -n $__rustory_umask ]]; then
    # Ctrl-c came in between below.
    __rustory_name=Umask:
  elif [[ -r /proc/$$/status ]]; then
    while builtin read -r __rustory_name __rustory_umask; do
      [[ $__rustory_name != Umask: ]] || builtin break
    done </proc/$$/status
  fi
  if [[ $__rustory_name != Umask: ]]; then
    builtin umask >>"$__rustory_line"
    builtin read -r __rustory_umask <"$__rustory_line"
    >|"$__rustory_line"
  fi
  __rustory_mask=\${__rustory_umask:-022}
  builtin umask 077
  >>"$1"
  local __rustory_made=$?
  __rustory_unmask
  return "$__rustory_made"
}

__rustory_unmask() {
  builtin umask "$__rustory_mask"
  __rustory_mask=
}
`;
