/** The usual case of a look, in as few steps as it takes: a prompt costs what bash has to do for it. */
import { v } from "./numbers.ts";

/** Longer lines take more steps: the patterns here would take long on them. */
const QUICK_LETTERS = 4000;
/** Commands after which the arrays are emptied. */
const TIDY_AFTER = 64;

/** Functions for the hook's script. */
export const BASH_QUICK =
  `# One command ran, whose line is the one that came into the history. Fails if it is not so, and tells
# what it read of __rustory_traps, which are in front of the line in the file.
__rustory_quick() {
  ((${v("noted")} == ${v("done")} + 1 && ${v("number")} == ${v("seen")} + 1 && ${v("looks")} > 1 &&
    __rustory_entry[${v("noted")}] == ${v("number")} && ${v("off")} == 0)) || return 1
  local __rustory_ran=\${__rustory_witness[${v("turn")}]-}
  # A history that is off has the number 1; a read-only HISTTIMEFORMAT fails below.
  [[ -n $__rustory_usual_traps && $__rustory_ran != *history* ]] || return 1
  local __rustory_began=$((10#0\${__rustory_start[${v("noted")}]//[!0-9]/})) __rustory_time
  local -a __rustory_all
  ((__rustory_began > 0)) || return 1
  HISTTIMEFORMAT='%s ' builtin history 1 >>"$__rustory_line" || return 1
  builtin mapfile -t __rustory_all <"$__rustory_line"
  >|"$__rustory_line"
  # Patterns take longer than what compares as it is.
  if ! builtin [ "\${__rustory_all[*]:0:__rustory_usual_lines}" = "$__rustory_usual_traps" ]; then
    builtin printf -v __rustory_traps '%s\\n' "\${__rustory_all[@]}"
    builtin printf -v __rustory_time '%5d' "$${v("number")}"
    # Never empty: it was read.
    __rustory_traps=\${__rustory_traps%%"$__rustory_time"[\\ *]\\ [0-9]*}$'\\n'
    return 1
  fi
  __rustory_traps=$__rustory_usual_text
  # One line, as most are.
  ((\${#__rustory_all[@]} == __rustory_usual_lines + 1)) || return 1
  __rustory_text=\${__rustory_all[__rustory_usual_lines]}
  ((\${#__rustory_text} < ${QUICK_LETTERS})) &&
    [[ $__rustory_text == *(\\ )"$${v("number")}"[\\ *]\\ [0-9]* ]] || return 1
  __rustory_text=\${__rustory_text#*"$${v("number")}"??}
  __rustory_time=\${__rustory_text%%\\ *}
  ((__rustory_time == 0 || __rustory_time >= ${v("lookedUs")} / 1000000)) || return 1
  __rustory_text=\${__rustory_text#*\\ }
  [[ -n $__rustory_text ]] || return 1
  __rustory_record "$${v("noted")}" "$__rustory_began" "$${v("endUs")}" "$${v("status")}" \\
    "\${__rustory_cwd[${v("noted")}]-$PWD}" "$__rustory_text"
  __rustory_last[${v("looks")}]="$__rustory_time \${#__rustory_ran} $__rustory_ran$__rustory_text"
  # Room for a few more numbers is there.
  if ((${v("noted")} % ${TIDY_AFTER})); then ((__rustory_settled, 1)); else __rustory_settle; fi
}
`;
