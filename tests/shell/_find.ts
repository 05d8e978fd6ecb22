/** Where tools of other people are on this machine. */

/** The path, if something is there. */
export function existing(path: string): string | undefined {
  try {
    Deno.statSync(path);
    return path;
  } catch {
    return undefined;
  }
}

/** The program on the PATH. */
export function programs(name: string): string | undefined {
  return (Deno.env.get("PATH") ?? "").split(":").map((folder) => existing(`${folder}/${name}`))
    .find((path) => path !== undefined);
}

/** A file of a source package that `cargo info` has brought: the newest there is. */
export function crate(name: string, path: string): string | undefined {
  const root = `${Deno.env.get("CARGO_HOME") ?? `${Deno.env.get("HOME")}/.cargo`}/registry/src`;
  if (existing(root) === undefined) return undefined;
  const isIt = new RegExp(`^${name}-\\d`);
  return Array.from(Deno.readDirSync(root)).flatMap((index) =>
    Array.from(Deno.readDirSync(`${root}/${index.name}`), (folder) => folder.name).filter((
      folder,
    ) => isIt.test(folder)).map((folder) => existing(`${root}/${index.name}/${folder}/${path}`))
  ).filter((file) => file !== undefined).sort().at(-1);
}
