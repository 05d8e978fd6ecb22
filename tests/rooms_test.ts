/** The arrows of src/README.md, enforced. */
import assert from "node:assert/strict";

const SRC = new URL("../src/", import.meta.url);
const MAP = await Deno.readTextFile(new URL("README.md", SRC));
const ARROWS = arrowsOf(MAP);
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
    const allowed = ARROWS.get(from)?.arrows ?? [];
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
    "hono": ["tracker", "process"],
    "smol-toml": ["config"],
    "@logtape/logtape": ["process"],
  };
  const pure = [
    "base",
    "history",
    "swarm",
    "capture",
    "shell",
    "search",
    "picker",
    "pair",
    "named",
    "sync",
  ];
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
  const rooms: string[] = [];
  for await (const item of Deno.readDir(SRC)) if (item.isDirectory) rooms.push(item.name);
  assert.deepEqual([...ARROWS.keys()].sort(), rooms.sort());
});

Deno.test("every arrow of the map is used", async () => {
  const used = new Set<string>();
  for (const { from, to } of await importsUnder(SRC)) {
    const target = to.slice("src/".length);
    used.add(`${from} ${target}`).add(`${from} ${target.split("/")[0]}`);
  }
  const idle: string[] = [];
  for (const [room, { arrows, isAll }] of ARROWS) {
    if (isAll) continue;
    for (const arrow of arrows) if (!used.has(`${room} ${arrow}`)) idle.push(`${room} -> ${arrow}`);
  }
  assert.deepEqual(idle, []);
});

Deno.test("no file imports itself over others, types included", async () => {
  const graph = new Map<string, string[]>();
  for (const { file, to } of await importsUnder(SRC)) {
    if (!to.startsWith("src/")) continue;
    const targets = graph.get(file) ?? [];
    targets.push(to.slice("src/".length));
    graph.set(file, targets);
  }
  assert.deepEqual(circlesOf(graph), []);
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

Deno.test("time comes from the Clock", async () => {
  const wrong: string[] = [];
  for await (const file of sources(SRC)) {
    const path = file.pathname.slice(SRC.pathname.length);
    if (path.startsWith("world/") || path === "base/clock.ts") continue;
    const text = withoutComments(await Deno.readTextFile(file));
    // A socket's own setTimeout() is about its silence, and is the only way to hear of it.
    const own =
      /(?<!\.)\b(setTimeout|setInterval)\(|\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(/;
    if (own.test(text)) wrong.push(path);
  }
  assert.deepEqual(wrong, []);
});

Deno.test("JSON that others wrote is read by readJson(), unless something else bounds it", async () => {
  const bounded: Record<string, string> = {
    "base/json_cost.ts": "readJson() itself",
    "wire/body.ts": "checks the cost, then reads numbers its own way",
    "wire/v2/frame.ts": "checks the cost",
    "wire/entry_splitter.ts": "checks the cost",
    "tracker/messages.ts": "the first 64 KiB of an error",
    "tracker/swarm_record.ts": "what a holder of the key sealed, of bounded size",
    "pair/card.ts": "a card of bounded size",
    "control/protocol.ts": "a line of bounded size from our own user",
    "config/kinds.ts": "a value of the own config",
    "app/hub/folder.ts": "an own file",
    "app/hook_file.ts": "the head of an own file",
    "app/writer/messages.ts": "an own thread",
    "store/log/peer_store.ts": "a column of the own database",
    "store/log/incidents.ts": "a value of the own database",
  };
  const found: string[] = [];
  for await (const file of sources(SRC)) {
    const text = withoutComments(await Deno.readTextFile(file));
    if (text.includes("JSON.parse(")) found.push(file.pathname.slice(SRC.pathname.length));
  }
  assert.deepEqual(found.sort(), Object.keys(bounded).sort());
});

Deno.test("signals are joined in one way, which leaves nothing behind on the long-lived one", async () => {
  const wrong: string[] = [];
  for await (const file of sources(SRC)) {
    const text = withoutComments(await Deno.readTextFile(file));
    if (/\bAbortSignal\.(any|timeout)\(/.test(text)) {
      wrong.push(file.pathname.slice(SRC.pathname.length));
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("a wait that may be cut short is a pause()", async () => {
  const wrong: string[] = [];
  for await (const file of sources(SRC)) {
    const text = withoutComments(await Deno.readTextFile(file));
    if (/\.sleep\((?:[^()]|\([^()]*\))*\)\s*\.catch\(/.test(text)) {
      wrong.push(file.pathname.slice(SRC.pathname.length));
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("no file has more lines than can be read at a sitting, no test either", async () => {
  const mostLines = 300;
  const root = new URL("..", SRC);
  const wrong: string[] = [];
  for (const folder of ["src/", "tests/"]) {
    for await (const file of sources(new URL(folder, root))) {
      const path = file.pathname.slice(root.pathname.length);
      const lines = (await Deno.readTextFile(file)).split("\n").length - 1;
      if (lines > mostLines) wrong.push(`${path}: ${lines}`);
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("every file that reaches into libp2p is named where updates are checked", async () => {
  const record = new URL("../docs/decisions/0006-private-parts-of-libp2p.md", SRC);
  const text = await Deno.readTextFile(record);
  const missing: string[] = [];
  for await (const file of sources(new URL("net/", SRC))) {
    const path = `src/${file.pathname.slice(SRC.pathname.length)}`;
    const reachesIn = (await Deno.readTextFile(file)).includes(" as unknown as ");
    if (reachesIn && !text.includes(path)) missing.push(path);
  }
  assert.deepEqual(missing, []);
});

Deno.test("a file that a comment names is there", async () => {
  const names = new Set(["cli.ts", "mod.ts"]);
  for (const folder of ["src", "tests"]) {
    for await (const file of sources(new URL(`../${folder}/`, SRC))) {
      const parts = file.pathname.slice(new URL("..", SRC).pathname.length).split("/");
      parts.forEach((_, i) => names.add(parts.slice(i).join("/")));
    }
  }
  const wrong: string[] = [];
  for await (const file of sources(SRC)) {
    const text = await Deno.readTextFile(file);
    for (const comment of text.match(/\/\*\*[\s\S]*?\*\/|^\s*\/\/.*$/gm) ?? []) {
      for (const [name] of comment.matchAll(/(?<![\w/.@-])[a-z0-9_][\w/]*\.ts\b/g)) {
        if (!names.has(name)) wrong.push(`${file.pathname.slice(SRC.pathname.length)}: ${name}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("HTTP requests are sent in one way, which knows no proxy and no connection from before", async () => {
  const wrong: string[] = [];
  for await (const file of sources(SRC)) {
    const text = withoutComments(await Deno.readTextFile(file));
    if (/\bglobalThis\.fetch\b|(?<![.\w])fetch\(/.test(text)) {
      wrong.push(file.pathname.slice(SRC.pathname.length));
    }
  }
  assert.deepEqual(wrong, []);
});

interface Arrows {
  readonly arrows: readonly string[];
  /** "every room above": what it uses of them is its own affair. */
  readonly isAll: boolean;
}

/** The third column of the table: rooms, or files of rooms, in the order of the rows. */
function arrowsOf(map: string): Map<string, Arrows> {
  const rows = new Map<string, Arrows>();
  for (const [, room, to] of map.matchAll(/^\| `([a-z]+)`\s*\|[^|]*\|\s*([^|]*?)\s*\|/gm)) {
    const isAll = to === "every room above";
    const arrows = isAll ? [...rows.keys()] : to === "nothing" ? [] : to!.split(/,\s*/);
    rows.set(room!, { arrows, isAll });
  }
  return rows;
}

/** One circle for every file from which a walk comes back to a file that it is on. */
function circlesOf(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const path: string[] = [];
  const circles: string[] = [];
  const walk = (file: string): void => {
    const at = path.indexOf(file);
    if (at !== -1) circles.push([...path.slice(at), file].join(" -> "));
    if (at !== -1 || done.has(file)) return;
    path.push(file);
    for (const next of graph.get(file) ?? []) walk(next);
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) walk(file);
  return circles;
}

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
