/** Signs of our own for terminals whose locale has no UTF-8: each becomes one of ASCII, as wide. */
import type { World } from "../../base/world.ts";

/** What this program draws with, besides ASCII; the order is that of {@linkcode PLAIN}. */
const SIGNS = "…·─↵◌�";
const PLAIN = "~|-???";
/** The pictures of control characters. */
const CONTROL = /[\u2400-\u2421]/g;
const DRAWN = new RegExp(`[${SIGNS}]`, "g");

/** Whether the locale takes UTF-8: what C, POSIX or none at all says nothing of is not sent. */
export function isUtf8(world: Pick<World, "env" | "os">): boolean {
  const locale = world.env("LC_ALL") ?? world.env("LC_CTYPE") ?? world.env("LANG") ?? "";
  return world.os === "darwin" || /utf-?8/i.test(locale);
}

/** The text with plain signs; the letters of commands stay, whatever becomes of them on the screen. */
export function plainSigns(text: string): string {
  return text.replace(DRAWN, (sign) => PLAIN[SIGNS.indexOf(sign)]!).replace(CONTROL, "?");
}

/** {@linkcode plainSigns} where the locale wants it. */
export function signsFor(world: Pick<World, "env" | "os">): (text: string) => string {
  return isUtf8(world) ? (text): string => text : plainSigns;
}
