/** `deno task pictures`: takes the pictures of the README anew, from the real program. */
import { PICKER, type Scene, STATUS } from "./pictures/scenes.ts";
import { PALETTES, svgOf } from "./pictures/svg.ts";
import { ROOT } from "./tools.ts";

/** All pictures. */
export const SCENES: readonly Scene[] = [PICKER, STATUS];

/** Where a picture is. */
export function picturePath(scene: Scene, theme: string): string {
  return `${ROOT}docs/pictures/${scene.name}-${theme}.svg`;
}

/** The pictures of a scene by their themes. */
export async function pictures(scene: Scene): Promise<Readonly<Record<string, string>>> {
  return await scene.shoot(({ rows, terminal }) =>
    Object.fromEntries(
      Object.entries(PALETTES).map(([theme, palette]) =>
        [theme, svgOf(terminal, rows.length, scene.title, palette)] as const
      ),
    )
  );
}

if (import.meta.main) {
  for (const scene of SCENES) {
    for (const [theme, svg] of Object.entries(await pictures(scene))) {
      await Deno.writeTextFile(picturePath(scene, theme), svg);
    }
  }
}
