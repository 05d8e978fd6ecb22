/** How things look; the only place that knows colours. */

/** SGR parameters, such as `1;33`; empty for plain text. */
export interface Theme {
  /** Letters that matched; on the selected line, too. */
  readonly match: string;
  readonly matchSelected: string;
  /** The selected command. */
  readonly selected: string;
  /** What matters less: times, folders, keys. */
  readonly dim: string;
  readonly failed: string;
  readonly prompt: string;
  /** A question or an answer at the bottom. */
  readonly notice: string;
}

/**
 * For terminals with colours; of the 16 that a person's own scheme defines. Magenta and red are the two
 * of these that can be read on black and on white; not bold, which many terminals show as another colour.
 */
export const COLOURS: Theme = {
  match: "4;35",
  matchSelected: "7;1;4",
  selected: "7",
  dim: "2",
  failed: "31",
  prompt: "1",
  notice: "35",
};

/** For `NO_COLOR`: bold, underlined and inverse only. */
export const NO_COLOURS: Theme = {
  match: "1;4",
  matchSelected: "7;1;4",
  selected: "7",
  dim: "",
  failed: "1",
  prompt: "1",
  notice: "1",
};

/** The text in a style, ending plain. */
export function styled(text: string, style: string): string {
  return text === "" || style === "" ? text : `\x1b[${style}m${text}\x1b[0m`;
}

/** Goes to a column of the line, counted from 0: columns stay in place whatever width the terminal gives to what is before. */
export function toColumn(column: number): string {
  return `\x1b[${column + 1}G`;
}
