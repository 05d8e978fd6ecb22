/** What tests of the bash hook share. */

// The prompt shows the mark, as a command of the harness would be traced too.
export const MARKED = `PS2='> '; _marks=0; PS1='\\[\\e]777;$((++_marks))\\a\\]<@> '`;
