/** A terminal's screen as an SVG. */
import type { Terminal } from "./pty.ts";

/** Colours of a picture. */
export interface Palette {
  readonly background: string;
  readonly text: string;
  readonly frame: string;
  /** The sixteen of a terminal. */
  readonly ansi: readonly string[];
}

/** For pages on white and on black; GitHub's own shades, so that the picture belongs to the page. */
export const PALETTES: Readonly<Record<"light" | "dark", Palette>> = {
  light: {
    background: "#ffffff",
    text: "#1f2328",
    frame: "#d1d9e0",
    ansi: [
      ...["#24292f", "#cf222e", "#116329", "#7d4e00", "#0969da", "#8250df", "#1b7c83", "#6e7781"],
      ...["#57606a", "#a40e26", "#1a7f37", "#633c01", "#218bff", "#a475f9", "#3192aa", "#8c959f"],
    ],
  },
  dark: {
    background: "#0d1117",
    text: "#e6edf3",
    frame: "#30363d",
    ansi: [
      ...["#484f58", "#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff", "#39c5cf", "#b1bac4"],
      ...["#6e7681", "#ffa198", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#ffffff"],
    ],
  },
};

const CELL_WIDTH = 8.4;
const CELL_HEIGHT = 19;
const MARGIN = 14;
/** From the top of a row to the line that letters stand on. */
const BASELINE = 14;
const FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";
/** Of faint text. */
const FAINT = 0.62;

/** Cells side by side that look the same. */
interface Run {
  readonly x: number;
  readonly width: number;
  readonly text: string;
  readonly colour: string;
  readonly ground: string | undefined;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly underlined: boolean;
}

/** The first rows of the screen as a picture; `title` is for those who cannot see it. */
export function svgOf(terminal: Terminal, rows: number, title: string, palette: Palette): string {
  const width = round(terminal.cols * CELL_WIDTH + 2 * MARGIN);
  const height = rows * CELL_HEIGHT + 2 * MARGIN;
  const lines: string[] = [];
  for (let row = 0; row < rows; row++) {
    const runs = runsOf(terminal, row, palette).filter(({ text, ground }) =>
      text.trim() !== "" || ground !== undefined
    );
    const top = MARGIN + row * CELL_HEIGHT;
    for (const run of runs) lines.push(...shapesOf(run, top));
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ` +
    `width="${width}" height="${height}" role="img" aria-label="${escape(title)}">
<title>${escape(title)}</title>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" ` +
    `fill="${palette.background}" stroke="${palette.frame}"/>
<g font-family="${FONT}" font-size="14" xml:space="preserve" fill="${palette.text}">
${lines.join("\n")}
</g>
</svg>
`;
}

function shapesOf({ x, width, text, colour, ground, ...run }: Run, top: number): string[] {
  const left = round(MARGIN + x * CELL_WIDTH);
  const wide = round(width * CELL_WIDTH);
  const shapes: string[] = [];
  if (ground !== undefined) {
    shapes.push(
      `<rect x="${left}" y="${top}" width="${wide}" height="${CELL_HEIGHT}" fill="${ground}"/>`,
    );
  }
  if (text.trim() === "") return shapes;
  const style = [
    `fill="${colour}"`,
    ...(run.bold ? ['font-weight="bold"'] : []),
    ...(run.dim ? [`opacity="${FAINT}"`] : []),
    ...(run.underlined ? ['text-decoration="underline"'] : []),
  ];
  // Whatever font there is, the columns stay where they are.
  const fixed = `textLength="${wide}" lengthAdjust="spacingAndGlyphs"`;
  const at = `x="${left}" y="${top + BASELINE}"`;
  shapes.push(`<text ${at} ${fixed} ${style.join(" ")}>${escape(text)}</text>`);
  return shapes;
}

function runsOf(terminal: Terminal, row: number, palette: Palette): Run[] {
  const { active } = terminal.buffer;
  const line = active.getLine(active.baseY + row);
  const runs: Run[] = [];
  if (line === undefined) return runs;
  for (let x = 0; x < terminal.cols; x++) {
    const cell = line.getCell(x)!;
    if (cell.getWidth() === 0) continue;
    const text = cell.isFgDefault() ? palette.text : colourOf(cell.getFgColor(), palette);
    const ground = cell.isBgDefault() ? undefined : colourOf(cell.getBgColor(), palette);
    const inverse = cell.isInverse() !== 0;
    const run: Run = {
      x,
      width: cell.getWidth(),
      text: cell.getChars() || " ",
      colour: inverse ? ground ?? palette.background : text,
      ground: inverse ? text : ground,
      bold: cell.isBold() !== 0,
      dim: cell.isDim() !== 0,
      underlined: cell.isUnderline() !== 0,
    };
    const last = runs.at(-1);
    if (last !== undefined && looksLike(last, run)) {
      runs[runs.length - 1] = {
        ...last,
        width: last.width + run.width,
        text: last.text + run.text,
      };
    } else runs.push(run);
  }
  return runs.map(trimmed);
}

function looksLike(one: Run, other: Run): boolean {
  return one.colour === other.colour && one.ground === other.ground && one.bold === other.bold &&
    one.dim === other.dim && one.underlined === other.underlined;
}

// Blanks at the end would only make the file longer.
function trimmed(run: Run): Run {
  if (run.ground !== undefined) return run;
  const text = run.text.trimEnd();
  return { ...run, text, width: run.width - (run.text.length - text.length) };
}

/** Of the 256 colours of terminals, the first that is one of the greys behind the cube of 6 by 6 by 6. */
const GREYS_FROM = 232;
const CUBE_FROM = 16;

function colourOf(number: number, { ansi }: Palette): string {
  const own = ansi[number];
  if (own !== undefined) return own;
  if (number > 255) throw new RangeError(`No colour ${number}: only 0 to 255 are drawn`);
  const grey = 8 + 10 * (number - GREYS_FROM);
  const level = (value: number): number => value === 0 ? 0 : 55 + 40 * value;
  const place = number - CUBE_FROM;
  const cube = [Math.floor(place / 36), Math.floor(place / 6) % 6, place % 6].map(level);
  const parts = number >= GREYS_FROM ? [grey, grey, grey] : cube;
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
