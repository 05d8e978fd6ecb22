/** Every page is found from another one, and no link leads to what is not there. */
import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url);

Deno.test("every page of docs/ is linked from another page, and every link leads to a file", () => {
  const pages = ["README.md", "CONTRIBUTING.md", "service/README.md", "src/README.md", ...docs()];
  const linked = new Set<string>();
  for (const page of pages) {
    const url = new URL(page, ROOT);
    for (const [, target] of Deno.readTextFileSync(url).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/.test(target!)) continue;
      const { pathname } = new URL(target!, url);
      assert.ok(isThere(pathname), `${page} links to ${target}`);
      if (pathname !== url.pathname) linked.add(pathname);
    }
  }
  const lonely = docs().filter((page) => !linked.has(new URL(page, ROOT).pathname));
  assert.deepEqual(lonely, []);
});

Deno.test("the README fits on three screens", () => {
  const lines = Deno.readTextFileSync(new URL("README.md", ROOT)).split("\n").length;
  assert.ok(lines <= 121, `${lines} lines`);
});

function docs(): string[] {
  return Array.from(Deno.readDirSync(new URL("docs/", ROOT)), ({ name }) => `docs/${name}`)
    .filter((name) => name.endsWith(".md"));
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
