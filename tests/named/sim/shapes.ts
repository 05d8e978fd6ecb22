/** How devices are connected: with a detour around each of them, or without. */
import type { Random } from "../../../src/base/random.ts";

/** Everybody with everybody, one after the other, all with one, or each with an earlier one. */
export type Shape = "mesh" | "line" | "star" | "tree";

/** Half of all runs go straight to the mesh; the others become equal without any detour first. */
export function shapeFor({ unit }: Random): Shape {
  if (unit() < 0.5) return "mesh";
  return (["line", "star", "tree"] as const)[Math.floor(3 * unit())]!;
}

/** Who is connected to whom, in an order that chance gives. */
export function edgesOf<T>(
  all: readonly T[],
  shape: Exclude<Shape, "mesh">,
  { unit }: Random,
): [T, T][] {
  const order = all.map((one) => ({ one, at: unit() })).sort((a, b) => a.at - b.at)
    .map(({ one }) => one);
  const earlier = (i: number): number =>
    shape === "line" ? i - 1 : shape === "star" ? 0 : Math.floor(i * unit());
  return order.slice(1).map((one, i) => [order[earlier(i + 1)]!, one]);
}
