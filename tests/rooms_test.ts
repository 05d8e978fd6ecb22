/** The arrows of src/README.md, enforced. */
import assert from "node:assert/strict";

const MIDDLE = ["base", "history"];
const ARROWS: Record<string, readonly string[]> = {
  base: [],
  world: ["base"],
  history: [],
  capture: MIDDLE,
  shell: MIDDLE,
  search: MIDDLE,
  picker: [...MIDDLE, "search"],
  pair: ["base"],
  config: ["base"],
  store: MIDDLE,
  spool: [...MIDDLE, "shell", "capture"],
  wire: MIDDLE,
  sync: MIDDLE,
  net: [...MIDDLE, "wire", "sync/ports.ts"],
  tracker: ["base", "sync/ports.ts"],
  service: ["base", "config"],
};
const ROOMS = Object.keys(ARROWS);
ARROWS.app = ROOMS;
ARROWS.cli = [...ROOMS, "app"];

const SRC = new URL("../src/", import.meta.url);
const IMPORT =
  /(?:^|\n)\s*(?:import|export)\b[^;"']*?from\s*["']([^"']+)["']|\bimport\s*\(\s*["']([^"']+)["']|(?:^|\n)import\s+["']([^"']+)["']/g;

interface Import {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

Deno.test("rooms import only along the arrows", async () => {
  const wrong: string[] = [];
  for (const { file, from, to } of await importsUnder(SRC)) {
    if (!to.startsWith("src/")) continue;
    const target = to.slice("src/".length);
    const room = target.split("/")[0]!;
    const allowed = ARROWS[from] ?? [];
    const ok = target === "version.ts" || room === from || allowed.includes(room) ||
      allowed.includes(target);
    if (!ok) wrong.push(`${file}: ${from}/ may not import ${target}`);
  }
  assert.deepEqual(wrong, []);
});

Deno.test("rooms touch only their own libraries", async () => {
  const owners: Record<string, readonly string[]> = {
    "node:sqlite": ["store"],
    "libp2p": ["net"],
    "@libp2p/": ["net"],
    "@multiformats/multiaddr": ["net"],
    "hono": ["tracker", "app"],
    "@stricli/core": ["cli"],
    "smol-toml": ["config"],
    "@logtape/logtape": ["app"],
  };
  const pure = ["base", "history", "capture", "shell", "search", "picker", "sync", "pair"];
  const wrong: string[] = [];
  for (const { file, from, to } of await importsUnder(SRC)) {
    for (const [library, rooms] of Object.entries(owners)) {
      const hit = library.endsWith("/")
        ? to.startsWith(library)
        : to === library || to.startsWith(`${library}/`);
      if (hit && !rooms.includes(from)) wrong.push(`${file}: ${to} belongs to ${rooms.join(", ")}`);
    }
    if (pure.includes(from) && to.startsWith("node:")) {
      wrong.push(`${file}: ${from}/ may not import ${to}`);
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("every room stands on the map, and the map names no other", async () => {
  const map = await Deno.readTextFile(new URL("README.md", SRC));
  const onMap = [...map.matchAll(/^\| `([a-z]+)`\s*\|/gm)].map((m) => m[1]!).sort();
  assert.deepEqual(onMap, Object.keys(ARROWS).sort());
});

Deno.test("console, exit and the environment are reached only through the World", async () => {
  const wrong: string[] = [];
  for await (const file of sources(SRC)) {
    const path = file.pathname.slice(SRC.pathname.length);
    if (path.startsWith("world/")) continue;
    const text = withoutComments(await Deno.readTextFile(file));
    if (/\bDeno\.(exit|env|args)\b|\bconsole\.|\bprocess\.(exit|env|argv)\b/.test(text)) {
      wrong.push(path);
    }
  }
  assert.deepEqual(wrong, []);
});

async function importsUnder(root: URL): Promise<Import[]> {
  const found: Import[] = [];
  for await (const file of sources(root)) {
    const path = file.pathname.slice(root.pathname.length);
    const from = path.includes("/") ? path.split("/")[0]! : "";
    if (from === "") continue;
    for (const match of withoutComments(await Deno.readTextFile(file)).matchAll(IMPORT)) {
      const spec = match[1] ?? match[2] ?? match[3]!;
      const to = spec.startsWith(".")
        ? new URL(spec, file).pathname.slice(new URL("../", root).pathname.length)
        : spec;
      found.push({ file: path, from, to });
    }
  }
  return found;
}

async function* sources(folder: URL): AsyncGenerator<URL> {
  for await (const item of Deno.readDir(folder)) {
    if (item.isDirectory) yield* sources(new URL(`${item.name}/`, folder));
    else if (item.name.endsWith(".ts")) yield new URL(item.name, folder);
  }
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
}
