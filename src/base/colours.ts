/**
 * Colours that can be read on any ground. Only those of one narrow band of brightness have a contrast of
 * 4.5 to black and to white; of the 16 that a person's own scheme defines, magenta and red come nearest.
 */

/** SGR parameters for a terminal with 256 colours. */
export const ON_ANY_GROUND = {
  pink: "38;5;163",
  red: "38;5;131",
  green: "38;5;29",
  grey: "38;5;243",
} as const;

/** For one with 16: green and yellow are not to be seen on white, and are left out. */
export const OF_SIXTEEN: Readonly<Record<keyof typeof ON_ANY_GROUND, string>> = {
  pink: "35",
  red: "31",
  green: "",
  grey: "2",
};

/** Whether the value of `TERM` tells of 256 colours. */
export function hasManyColours(term: string | undefined): boolean {
  // `-256color` and `-direct` say so; these newer terminals have names of their own.
  return /-256color|-direct|^(?:alacritty|foot|ghostty|wezterm|kitty|xterm-(?:kitty|ghostty))\b/
    .test(term ?? "");
}
