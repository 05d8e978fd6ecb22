/**
 * How the bash hook records: PS0 notes, the first prompt command looks.
 *
 * **PS0** is expanded by the shell itself between Enter and the command, for each line of a paste too.
 * Arithmetic and `${x:=word}` in it note the time, the last number of the history, the status and the
 * folder, without running a command.
 *
 * **The look** is a `for` over words that expand to nothing: it notes status and end, and nothing of it
 * is a command, so no DEBUG trap sees it and `$?` and PIPESTATUS stay as they are. If there is something
 * to write, the loop runs once. Where a DEBUG trap is set it does not: there a command substitution, in
 * which such traps are off, does the writing (a fork, but no process that is started).
 *
 * **The text** comes from the history, by number, with the time at which bash took it in. bash's list,
 * its file and HISTCONTROL are only read. A repeat that ignoredups keeps out of the list is told from a
 * hidden line by BASH_COMMAND, the last simple command that ran.
 *
 * All that changes is kept in arrays, which `set -a` does not export. No list in parentheses is assigned:
 * bash parses it, and where ctrl-c comes in between it runs what happens to lie in its memory, or ends (in
 * 5.3 still).
 */
import { quoteForShell } from "../../base/shell_words.ts";
import { BASH_HISTORY_LIST } from "./history_list.ts";
import { BASH_LOOKS } from "./looks.ts";
import { NUMBERS } from "./numbers.ts";
import { BASH_PLACE } from "./place.ts";
import {
  APPENDED,
  AT_PROMPT,
  AT_START,
  ELEMENT,
  EXPRESSIONS,
  FORKED,
  ON_EXIT,
  PS0_BEHIND,
  PS0_FRONT,
  WHOLE_ELEMENT,
} from "./prompt_words.ts";
import { BASH_QUICK } from "./quick.ts";
import { BASH_SPOOL } from "./spool.ts";
import { BASH_TAKE } from "./take.ts";

/** What is noted of each command, each look and the prompt commands of others. */
const TEXTS = [
  "start",
  "entry",
  "before",
  "cwd",
  "word",
  "witness",
  "words",
  "last",
  "others",
  "absent",
  "behind",
];

/** Functions and state for the hook's script; `follow`: respect an unset HISTFILE. */
export function bashRecorder(follow: boolean): string {
  return `__rustory_none= __rustory_zero=0 __rustory_bang='\\!' __rustory_follow=${follow ? 1 : ""}
${Object.entries(NUMBERS).map(([name, first]) => `__rustory_n_${name}[0]=${first}`).join(" ")}
__rustory_runs[0]= __rustory_runs[1]=1
__rustory_forks[0]= __rustory_forks[1]= __rustory_forks[2]=1 __rustory_forks[3]=
builtin declare -ga __rustory_x ${TEXTS.map((name) => `__rustory_${name}`).join(" ")}
__rustory_usual_traps= __rustory_usual_text= __rustory_usual_lines=0 __rustory_mask=
${Object.entries(EXPRESSIONS).map(([name, steps]) => `${name}='${steps.join(",")}'`).join(" ")}
__rustory_ps0_front=${quoteForShell(PS0_FRONT)}
__rustory_ps0_behind=${quoteForShell(PS0_BEHIND)}
__rustory_appended=${quoteForShell(APPENDED)}
__rustory_forked=${quoteForShell(FORKED)}
__rustory_at_start=${quoteForShell(AT_START)}
__rustory_at_prompt=${quoteForShell(AT_PROMPT)}
__rustory_array=
if ((BASH_VERSINFO[0] > 5 || BASH_VERSINFO[1] > 0)); then
  __rustory_array=1 __rustory_element=${quoteForShell(ELEMENT)}
else
  __rustory_element=${quoteForShell(WHOLE_ELEMENT)}
fi
__rustory_on_exit=${quoteForShell(ON_EXIT)}
# Writing past a limit on the size of files would end the shell, so XFSZ is off while we do, unless the user
# has a trap for it.
__rustory_own_limit=

${[BASH_LOOKS, BASH_QUICK, BASH_TAKE, BASH_HISTORY_LIST, BASH_SPOOL, BASH_PLACE].join("\n")}`;
}
