/**
 * What bash expands at a prompt: words that calculate and expand to nothing. PS0 before a command, the
 * prompt command's loop after it, and the loop of the EXIT trap.
 */
import { v } from "./numbers.ts";

/** Behind every element that anybody adds. */
export const RESERVE = 1000;
/** Others that want to be first too must not be fought for ever. */
export const MOST_MOVES = 8;
/** The job where nobody looked: prompts are not expanded, and so not what is expanded by name. */
export const NOT_LOOKED = 3;
/** Who is taken out at the second time by others at each prompt stays behind them. */
export const MOST_OUTS = 2;

const noted = (array: string): string => `${array}[${v("noted")}]`;
type Kept = readonly (readonly [target: string, word: string])[];
/** Expands words, and to nothing itself. */
const hidden = (words: string): string => `\${__rustory_none:\${__rustory_zero/"${words}"/0}:0}`;
/** Notes strings in arrays, where they have none yet, and expands to them. */
const noting = (kept: Kept): string =>
  kept.map(([target, word]) => `\${${target}:=${word}}`).join("");
/** As that, and expands to nothing. */
const keep = (...kept: Kept): string => hidden(noting(kept));
export const calculate = (...steps: string[]): string => `\${__rustory_none:${sum(steps)}:0}`;
/** Calculates, and expands to a 0: enough where that is not seen, and read once instead of three times. */
const sum = (steps: readonly string[]): string => `$((${steps.join(",")},0))`;
/** 0 where somebody unset the variable, with which it loses its meaning for good. */
export const MICROSECONDS = "10#0${EPOCHREALTIME//[^0-9]/}";

// No "!" but the one that is meant: in posix mode that is the number too.
/** In front of the PS0 of others, whose substitutions have a status of their own. */
export const PS0_FRONT = calculate(
  `${v("was")}=$?`,
  `${v("at")}=\\!`,
  "__rustory_note",
);

/** How long the first prompt command is, with a 1 in front: 1 where there is none. */
const LENGTH = "1${PROMPT_COMMAND+${#PROMPT_COMMAND}}";

/**
 * 1 where somebody may have taken us out of PROMPT_COMMAND, as the first of them is not ours alone, and where
 * nobody looked yet. By the length, which an unset variable has not under `set -u`.
 */
const MAY_BE_OUT = "__rustory_runs[__rustory_may_be_out]";

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

/** What is noted as it is: under ctrl-c no pattern matches, and numbers of that kind are none then. */
export const AT_START = noting([
  [noted("__rustory_start"), "$EPOCHREALTIME"],
  [noted("__rustory_cwd"), "$PWD"],
  [noted("__rustory_word"), "$BASH_COMMAND"],
]) + sum([`${v("length")}=${LENGTH}`]);

/** Behind the PS0 of others, whose time is not the command's. */
export const PS0_BEHIND = [
  hidden("${__rustory_at_start@P}"),
  `\${${MAY_BE_OUT}:+\${__rustory_appended@P}}`,
].join("");

/**
 * Expressions that the words call by their names: bash reads the words anew at each prompt, and each
 * letter takes its time.
 */
export const EXPRESSIONS = {
  __rustory_note: [
    `${v("noted")}++`,
    `${noted("__rustory_before")}=${v("was")}`,
    `${noted("__rustory_entry")}=${v("at")}`,
    `${v("run")}=1`,
    `${v("job")}=${NOT_LOOKED}`,
  ],
  __rustory_may_be_out: [
    `${v("length")}-${v("usual")}?${v("fixed")}==0:${v("looks")}==0`,
  ],
  __rustory_look: [
    // Once for each command: ctrl-c ends prompt commands, and then they all run again.
    `${v("over")}-${v("noted")}||${v("noted")}==${v("done")}?` +
    `${v("status")}=${v("code")},${v("endUs")}=${v("nowUs")},${v("over")}=${v("noted")}:0`,
    `${v("trapped")}=(${v("trapped")}|${v("hint")})>0`,
    `${v("job")}=${v("noted")}>${v("done")}||${v("number")}-${v("seen")}?1+${v("trapped")}:0`,
    `${v("job")}?${v("looks")}++:(__rustory_witness[${v("turn")}]=0,__rustory_words[${
      v("turn")
    }]=0)`,
    // Where nothing is to be written it runs if others were at work in PROMPT_COMMAND. Behind the others it stays
    // as it is while there is a DEBUG trap, which would take the loop for a command of the user's.
    `${v("run")}=${v("job")}==1||${v("moves")}<${MOST_MOVES}&&(` +
    `${v("length")}>1&&${v("length")}-${v("usual")}&&!(${v("trapped")}&&${v("behind")})||${
      v("imported")
    }||` +
    `!${v("trapped")}&&${v("behind")})`,
    `${v("placed")}=${v("length")}==${v("usual")}&&${v("ps0Now")}==${v("ps0")}&&!${v("behind")}&&!${
      v("imported")
    }`,
  ],
  __rustory_answered: [
    `${v("trapped")}=${v("answer")}&1`,
    // Above 127 a signal ended it, which told nothing.
    `${v("number")}=${v("answer")}&2?0:${v("answer")}&4?${v("seen")}:${v("number")}-(${
      v("answer")
    }>127?0:${v("answer")}/8)`,
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
    `__rustory_words[${v("turn")}]=0`,
  ],
} as const;
type Expression = keyof typeof EXPRESSIONS;
const expression = (name: Expression): string => name;

/** What a look at the prompt needs to know; numbers, for the expression that is behind it. */
const SEEN = [
  `${v("nowUs")}=${MICROSECONDS}`,
  `${v("length")}=${LENGTH}`,
  // Whoever has just set such a trap; an empty pattern puts a 1 in front of the 0. Under set -x too, as what
  // is hidden from the screen still counts for PS4 and BASH_XTRACEFD, and where functions run the traps of others.
  `${v("hint")}=\${__rustory_zero/#"\${BASH_COMMAND/*DEBUG*}"/1}|` +
  '${__rustory_zero/#"${-/*[xTE]*}"/1}',
  `${v("behind")}=0\${PROMPT_COMMAND[${RESERVE}]+1}`,
  `${v("imported")}=0\${bash_preexec_imported:+1}\${__bp_imported:+1}`,
  `${v("ps0Now")}=1\${PS0+\${#PS0}}`,
];

/** A look without a trap in the way, from within a function. */
export const LOOK = calculate(
  ...SEEN,
  `${v("hint")}=0`,
  `${v("number")}=\${__rustory_bang@P}`,
  expression("__rustory_look"),
  `${v("placed")}=0`,
);

/**
 * What is done in a substitution, expanded by name as {@linkcode APPENDED} is. The text of the last line
 * stays in the shell; the answer is whether there is a DEBUG trap.
 */
export const FORKED = keep([
  `__rustory_last[${v("looks")}]`,
  // Between backquotes: bash would parse $(...) each time, used or not. In each new shell a fork is saved, as
  // a file tells as much; later, where a size of 0 for files may be set, a record would go with the process.
  `\`{ __rustory_debug=; ((${v("looks")} == 1)) && [[ -e $__rustory_line ]] && ` +
  'builtin trap -p DEBUG >|"$__rustory_line" || __rustory_debug=$(builtin trap -p DEBUG); ' +
  "builtin trap - DEBUG; __rustory_apart; } 3>&1 >/dev/null 2>&1 {BASH_XTRACEFD}>/dev/null`",
]) + calculate(`${v("answer")}=$?`, expression("__rustory_answered"));

/** Expanded by name: what stands in the element itself is read anew at each prompt. */
export const AT_PROMPT = noting([[`__rustory_words[${v("turn")}]`, "${_-}"]]) +
  sum([`${v("number")}=\\!`, ...SEEN, expression("__rustory_look")]) +
  `\${__rustory_forks[${v("job")}]:+\${__rustory_forked@P}}`;

// There are tools that take a command for the first prompt command if this begins with it: none begins with "{".
// Aliases are expanded where this is read, of "do" and "done" too: braces have none.
export const ELEMENT = "{ for __rustory_x in " + calculate(`${v("code")}=$?`, `${v("turn")}++`) +
  hidden(
    noting([[`__rustory_witness[${v("turn")}]`, "$BASH_COMMAND"]]) + "${__rustory_at_prompt@P}",
  ) +
  `\${__rustory_runs[${v("run")}]}` +
  "; { [[ -n $__rustory_own_limit ]] || \\builtin trap '' XFSZ; " +
  '\\builtin trap -p DEBUG EXIT >|"$__rustory_line"; __rustory_prompt; } 2>/dev/null; }';

/**
 * For bash 5.0: it has one prompt command, of which what follows needs the status, and does not tell the
 * history's number while it runs. Always a command then, which DEBUG traps see.
 */
export const WHOLE_ELEMENT = "{ for __rustory_x in " +
  calculate(`${v("code")}=$?`, `${v("turn")}++`) +
  keep(
    [`__rustory_witness[${v("turn")}]`, "$BASH_COMMAND"],
    [`__rustory_words[${v("turn")}]`, "${_-}"],
  ) +
  "1; { __rustory_whole; } 2>/dev/null; }";

/**
 * Runs when the shell ends: what has not come back (closed terminals, `exit`) is looked at. What follows in the
 * trap finds the status that the shell ends with.
 */
export const ON_EXIT = `for __rustory_x in ${calculate(`${v("status")}=$?`)}1; ` +
  "{ __rustory_exit; } 2>/dev/null";
