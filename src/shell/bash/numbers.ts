/** The numbers that the bash hook keeps in the shell. */
/**
 * A number of the shell's. Each is an array, used without an index: `set -a` exports no arrays, and
 * prompts cannot hold an index within an index.
 */
export const v = (name: NumberName): string => `__rustory_n_${name}`;
/** Their names, and what they are at the start. */
export const NUMBERS = {
  /** Commands noted by PS0. */
  noted: 0,
  /** Of these, how many have been dealt with. */
  done: 0,
  /** The last number of the history at the look before. */
  seen: -1,
  /** Looks that found something. */
  looks: 0,
  /** 1 where a DEBUG trap may be set. */
  trapped: 1,
  /** Times that the prompt command ran. */
  turn: 0,
  /** Status and last number of the history as PS0 sees them. */
  was: 0,
  at: 0,
  /** Status and time as the prompt command sees them. */
  code: 0,
  nowUs: 0,
  /** Above 0 where something was seen that makes a trap likely. */
  hint: 0,
  /** Of the first prompt command, with a 1 in front; 1 where there is none. And what it is as a rule. */
  length: 1,
  usual: 1,
  /** 1 where we stand behind the others. */
  behind: 0,
  /** Above 0 where bash-preexec is there. */
  imported: 0,
  /** 1 where the loop at the prompt has to run. */
  run: 1,
  /** The last command whose end was seen. */
  over: 0,
  status: 0,
  endUs: 0,
  /** The last number of the history now. */
  number: 0,
  /** 0 nothing to do, 1 write here, 2 write in a substitution, 3 nobody looked. */
  job: 3,
  /** With which status the substitution ended. */
  answer: 0,
  /** When the look before was, in microseconds. */
  lookedUs: 0,
  /** 1 where PROMPT_COMMAND became read-only. */
  fixed: 0,
  /** 1 where the history was off (`set +o history`) at the look before. */
  off: 0,
  /** The length of PS0 with a 1 in front, as we left it and as it is. */
  ps0: -1,
  ps0Now: 0,
  /** 1 where PROMPT_COMMAND and PS0 are as we left them. */
  placed: 0,
  /** How often we moved to the front; at the limit we stay where we are. */
  moves: 0,
  /** How often somebody took us out of PROMPT_COMMAND; at the limit we stay behind the others. */
  outs: 0,
  /** How many prompt commands there are where we stay behind them. */
  places: 0,
} as const;
type NumberName = keyof typeof NUMBERS;
