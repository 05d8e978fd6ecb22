/** Which files of the source are loaded with which. */

/**
 * The files that are loaded with the given ones, these included: what they import without `import()`, and
 * not as types alone. Other specifiers, such as `node:fs`, go into `outside`.
 */
export async function loadedWith(
  files: Iterable<URL>,
  outside: Set<string> = new Set(),
): Promise<Set<string>> {
  const seen = new Set<string>();
  const open = Array.from(files, (file) => file.href);
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const specifier of importsOfValues(await Deno.readTextFile(new URL(file)))) {
      if (specifier.startsWith(".")) open.push(new URL(specifier, file).href);
      else outside.add(specifier);
    }
  }
  return seen;
}

/** Specifiers of all that TypeScript as it is formatted here imports at once, types left out. */
export function importsOfValues(code: string): string[] {
  const bare = code.replace(/\/\*[\s\S]*?\*\//g, "");
  const statement =
    /^\s*(?:import|export)\s+(?!type\b)(?:([\w*{}\s,$]+?)\s+from\s+)?["']([^"']+)["']/gm;
  return [...bare.matchAll(statement)].filter(([, names = "x"]) => !isTypesOnly(names))
    .map((match) => match[2]!);
}

function isTypesOnly(names: string): boolean {
  const list = names.trim();
  if (!list.startsWith("{")) return false;
  const parts = list.slice(1, -1).split(",").map((part) => part.trim()).filter((part) => part);
  return parts.length > 0 && parts.every((part) => part.startsWith("type "));
}

/** Files that the code loads when it needs them: specifiers of `import("x")`, types left out. */
export function dynamicImports(code: string): string[] {
  const call = /(?<![\w.@])import\(\s*"([^"]+)",?\s*\)(?!\.[A-Z])/g;
  return [...code.matchAll(call)].map((match) => match[1]!);
}
