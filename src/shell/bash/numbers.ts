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
  /** The last command whose end was seen. */
  over: 0,
  status: 0,
  endUs: 0,
  /** The last number of the history now. */
  number: 0,
  /** 0 nothing to do, 1 write here, 2 write in a substitution. */
  job: 0,
  /** With which status the substitution ended. */
  answer: 0,
  /** When the look before was, in microseconds. */
  lookedUs: 0,
  /** 1 where PROMPT_COMMAND became read-only. */
  fixed: 0,
  /** 1 where the history was off (`set +o history`) at the look before. */
  off: 0,
  /** The length of PS0 as we left it. */
  ps0: -1,
  /** How often we moved to the front; at the limit we stay where we are. */
  moves: 0,
  /** How often somebody took us out of PROMPT_COMMAND; at the limit we stay behind the others. */
  outs: 0,
  /** How many prompt commands there are where we stay behind them. */
  places: 0,
} as const;
type NumberName = keyof typeof NUMBERS;
