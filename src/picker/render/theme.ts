/** How things look; the only place that knows colours. */
import { hasManyColours, OF_SIXTEEN, ON_ANY_GROUND } from "../../base/colours.ts";
import type { PartStyle, StyledPart } from "./style.ts";

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

/** The themes of `picker_theme`; `auto` can be read on dark and on light grounds. */
const THEME_NAMES = ["auto", "dark", "light", "plain"] as const;
/** One of {@linkcode THEME_NAMES}. */
export type ThemeName = typeof THEME_NAMES[number];

/** For terminals with 16 colours; not bold, which many terminals show as another colour. */
export const COLOURS: Theme = {
  match: `4;${OF_SIXTEEN.pink}`,
  matchSelected: "7;1;4",
  selected: "7",
  dim: OF_SIXTEEN.grey,
  failed: OF_SIXTEEN.red,
  prompt: "1",
  notice: OF_SIXTEEN.pink,
};

/** For any ground. */
export const ANY_GROUND: Theme = {
  ...COLOURS,
  match: `4;${ON_ANY_GROUND.pink}`,
  dim: ON_ANY_GROUND.grey,
  failed: ON_ANY_GROUND.red,
  notice: ON_ANY_GROUND.pink,
};

/** For a dark ground: bright colours. */
export const ON_DARK: Theme = {
  ...COLOURS,
  match: "4;38;5;221",
  dim: "38;5;250",
  failed: "38;5;217",
  notice: "38;5;221",
};

/** For a light ground: dark colours. */
export const ON_LIGHT: Theme = {
  ...COLOURS,
  match: "4;38;5;90",
  dim: "38;5;240",
  failed: "38;5;124",
  notice: "38;5;90",
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

/** What the look depends on. */
export interface Looks {
  /** @default {"auto"} */
  readonly theme?: ThemeName | undefined;
  /** Parts that look otherwise. @default {none} */
  readonly styles?: readonly PartStyle[] | undefined;
  /** `NO_COLOR` is set. */
  readonly noColour: boolean;
  /** The value of `TERM`. */
  readonly term: string | undefined;
}

const FIELDS: Readonly<Record<StyledPart, keyof Theme>> = {
  "match": "match",
  "match-selected": "matchSelected",
  "selected": "selected",
  "dim": "dim",
  "failed": "failed",
  "prompt": "prompt",
  "notice": "notice",
};

/** The theme for a terminal. `NO_COLOR` goes before whatever was chosen, as it asks to. */
export function themeOf({ theme = "auto", styles = [], noColour, term }: Looks): Theme {
  if (noColour) return NO_COLOURS;
  const own = styles.map(({ part, sgr }) => [FIELDS[part], sgr] as const);
  return { ...named(theme, term), ...Object.fromEntries(own) };
}

function named(theme: ThemeName, term: string | undefined): Theme {
  if (theme === "plain") return NO_COLOURS;
  if (!hasManyColours(term)) return COLOURS;
  return { auto: ANY_GROUND, dark: ON_DARK, light: ON_LIGHT }[theme];
}

/** The text in a style, ending plain. */
export function styled(text: string, style: string): string {
  return text === "" || style === "" ? text : `\x1b[${style}m${text}\x1b[0m`;
}

/** Goes to a column of the line, counted from 0: columns stay in place whatever width the terminal gives to what is before. */
export function toColumn(column: number): string {
  return `\x1b[${column + 1}G`;
}
