/**
 * What bash expands at a prompt: words that calculate and expand to nothing. PS0 before a command, the
 * prompt command's loop after it, and the loop of the EXIT trap.
 */
import { v } from "./numbers.ts";

/** Behind every element that anybody adds. */
export const RESERVE = 1000;
/** Others that want to be first too must not be fought for ever. */
export const MOST_MOVES = 8;
/** Who is taken out at the second time by others at each prompt stays behind them. */
export const MOST_OUTS = 2;

const noted = (array: string): string => `${array}[${v("noted")}]`;
/** Notes strings in arrays, where they have none yet, and expands to nothing. */
const keep = (...kept: readonly (readonly [target: string, word: string])[]): string =>
  `\${__rustory_none:\${__rustory_zero/"${
    kept.map(([target, word]) => `\${${target}:=${word}}`).join("")
  }"/0}:0}`;
export const calculate = (...steps: string[]): string =>
  `\${__rustory_none:$((${steps.join(",")},0)):0}`;
/** 0 where somebody unset the variable, with which it loses its meaning for good. */
export const MICROSECONDS = "10#0${EPOCHREALTIME//[^0-9]/}";

// No "!" but the one that is meant: in posix mode that is the number too.
/** In front of the PS0 of others, whose substitutions have a status of their own. */
export const PS0_FRONT = calculate(
  `${v("noted")}++`,
  `${noted("__rustory_before")}=$?`,
  `${noted("__rustory_entry")}=\\!`,
);

/**
 * 1 where somebody may have taken us out of PROMPT_COMMAND, as the first of them is not ours alone, and where
 * nobody looked yet. By the length, which an unset variable has not under `set -u`.
 */
const MAY_BE_OUT = "__rustory_runs[(${PROMPT_COMMAND+${#PROMPT_COMMAND}-}${#__rustory_element})?" +
  `${v("fixed")}==0:${v("looks")}==0]`;

/** No look came before this command: its own line is the first. What is older is none, where it has none. */
const BEGUN = [
  `${v("looks")}=1`,
  `${v("seen")}=${noted("__rustory_entry")}-1`,
  `${v("lookedUs")}=10#0\${${noted("__rustory_start")}//[^0-9]/}`,
];

/**
 * Gets us back if we are not among the prompt commands, behind them for this once. Expanded by name only
 * where it is needed: what stands in PS0 is read at each command.
 */
export const APPENDED = calculate(`${v("looks")}||(${BEGUN.join(",")})`) +
  keep(
    [
      noted("__rustory_others"),
      "${PROMPT_COMMAND[*]-} ${PROMPT_COMMAND:+${precmd_functions[*]-}}",
    ],
    [noted("__rustory_absent"), `\${${noted("__rustory_others")}/*__rustory_*}`],
  ) + `\${${noted("__rustory_absent")}:+` +
  keep([`PROMPT_COMMAND[0\${PROMPT_COMMAND:+*0+${RESERVE}}]`, "$__rustory_element"]) +
  calculate(`${v("outs")}++`) + "}" +
  // Not kept for each command.
  calculate(`${noted("__rustory_others")}=0`);

/** Behind the PS0 of others, whose time is not the command's. */
export const PS0_BEHIND = [
  // As it is: under ctrl-c no pattern matches, and the numbers above are no numbers then.
  keep([noted("__rustory_start"), "$EPOCHREALTIME"], [noted("__rustory_cwd"), "$PWD"], [
    noted("__rustory_word"),
    "$BASH_COMMAND",
  ]),
  `\${${MAY_BE_OUT}:+\${__rustory_appended@P}}`,
].join("");

/**
 * Expressions that the words call by their names: bash reads the words anew at each prompt, and each
 * letter takes its time.
 */
export const EXPRESSIONS = {
  __rustory_look: [
    `${v("job")}=${v("noted")}>${v("done")}||${v("number")}-${v("seen")}?1+${v("trapped")}:0`,
    `${v("looks")}+=${v("job")}>0`,
  ],
  __rustory_answered: [
    `${v("trapped")}=${v("answer")}&1`,
    `${v("number")}=${v("answer")}&2?0:${v("answer")}&4?${v("seen")}:${v("number")}-(${
      v("answer")
    }/8)`,
    `${v("off")}=${v("answer")}&4?1:0`,
    "__rustory_settled",
  ],
  // What is handled is forgotten: a number takes less room than a text.
  __rustory_settled: [
    `${v("done")}=${v("noted")}`,
    `${v("seen")}=${v("number")}`,
    `${v("lookedUs")}=${v("endUs")}`,
    `__rustory_cwd[${v("noted")}]=0`,
    `__rustory_word[${v("noted")}]=0`,
    `__rustory_last[${v("looks")}-1]=0`,
    `__rustory_words[${v("looks")}]=0`,
  ],
} as const;
type Expression = keyof typeof EXPRESSIONS;
const expression = (name: Expression): string => name;

export const LOOK = calculate(
  // Once for each command: ctrl-c ends prompt commands, and then they all run again.
  `${v("over")}-${v("noted")}||${v("noted")}==${v("done")}?` +
    `${v("status")}=$?,${v("endUs")}=${MICROSECONDS},${v("over")}=${v("noted")}:0`,
  `${v("number")}=\${__rustory_bang@P}`,
  // Whoever has just set such a trap; an empty pattern puts a 1 in front of the 0. Under set -x too, as what
  // is hidden from the screen still counts for PS4 and BASH_XTRACEFD, and where functions run the traps of others.
  // What is only expanded at need is not where prompts are not expanded: there the loop runs in any case.
  `${v("trapped")}=(${v("trapped")}|\${__rustory_zero/#"\${BASH_COMMAND/*DEBUG*}"/1}>0|` +
    '${__rustory_zero/#"${-/*[xTE]*}"/1}>0)&${__rustory_zero/#"${__rustory_probe@P}"/1}>0',
  expression("__rustory_look"),
);

/** Empty where prompts are expanded. */
export const PROBE = "${__rustory_none}";

/**
 * What is done in a substitution, expanded by name as {@linkcode APPENDED} is. The text of the last line
 * stays in the shell; the answer is whether there is a DEBUG trap.
 */
export const FORKED = keep([
  `__rustory_last[${v("looks")}]`,
  // Between backquotes: bash would parse $(...) each time, used or not.
  "`{ __rustory_debug=$(builtin trap -p DEBUG); builtin trap - DEBUG; __rustory_apart; } " +
  "3>&1 >/dev/null 2>&1 {BASH_XTRACEFD}>/dev/null`",
]) + calculate(`${v("answer")}=$?`, expression("__rustory_answered"));

/** 10 where we stay behind the others, else 0. */
const BEHIND = `\${PROMPT_COMMAND[${RESERVE}]+1}0`;
// Where the loop does not run anyway. By the length: patterns of that size take a while. Behind the others it
// stays as it is while there is a DEBUG trap, which would take the loop for a command of the user's.
const MOVED = `\${__rustory_idle[${v("job")}]:+\${__rustory_mobile[${v("moves")}]:+` +
  "${PROMPT_COMMAND+${__rustory_unless[${#PROMPT_COMMAND}==${#__rustory_element}||" +
  `${v("trapped")}&&${BEHIND}]}}` +
  `\${bash_preexec_imported-}\${__bp_imported-}` +
  `\${__rustory_unless[${v("trapped")}]:+\${PROMPT_COMMAND[${RESERVE}]+1}}}}`;

// There are tools that take a command for the first prompt command if this begins with it: none begins with "{".
export const ELEMENT = "{ for __rustory_x in " + LOOK +
  keep([`__rustory_witness[${v("looks")}]`, "$BASH_COMMAND"], [
    `__rustory_words[${v("looks")}]`,
    "${_-}",
  ]) +
  `\${__rustory_forks[${v("job")}]:+\${__rustory_forked@P}}` +
  `\${__rustory_runs[${v("job")}]}` + MOVED +
  '; do __rustory_limit; builtin trap -p DEBUG EXIT >|"$__rustory_line"; __rustory_prompt; done 2>/dev/null; }';

/** Runs when the shell ends while a command has not come back: closed terminals, `exit`. */
export const ON_EXIT = `for __rustory_x in ${calculate(`${v("status")}=$?`)}` +
  `\${__rustory_before[${v("done")}+1]:+1}; do __rustory_exit; done 2>/dev/null`;
