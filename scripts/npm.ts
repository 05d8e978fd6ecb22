/**
 * `deno task npm`: the npm package as a tarball in `out/npm/`, for Node 22.15 and later.
 *
 * `deno pack` turns the modules into JavaScript and types; what it cannot write is added here: the
 * command `rr`, the engine, and the exact versions this project is tested with. The command runs from a
 * bundle of its own, as Node takes a third of a millisecond for each file of `src/`; of CommonJS, as what
 * Node loads ECMAScript modules with takes it another 8.
 */
import typescript from "typescript";
import { OLDEST_RUNTIME } from "../src/world/oldest_runtime.ts";
import manifest from "../deno.json" with { type: "json" };
import { bundle } from "./bundle.ts";
import { deno, emptyFolder, fail, mustRun, ROOT, say } from "./tools.ts";

const OUT = `${ROOT}out/npm`;
const PACKAGE = `${OUT}/package`;
/** `node:sqlite` without a flag, and `node:zlib` with zstd. */
const ENGINES = { node: `>=${OLDEST_RUNTIME.node}` };
const DESCRIPTION = "Shell history on all of your machines, peer to peer, without a server that " +
  "owns it";
/** Of no use on npm; TypeScript only rides along where no export leads to it. */
const NOT_FOR_NPM = /^deno\.(?:json|lock)$|(?<!\.d)\.ts$/;

/** The bundle of the command, in the package. */
const BUNDLE = "bundle";
const RUN = "run";

/** `using` came with Node 24; where it occurs, TypeScript puts what Node 22 understands. */
const LOWERED: typescript.CompilerOptions = {
  allowJs: true,
  target: typescript.ScriptTarget.ES2023,
};

/** What the command begins with; it is to be loaded by a Node that is too old for all else. */
const FIRST = `export { keepCompiledCode } from "./src/world/compile_cache.ts";
export { runtimeTooOld } from "./src/world/oldest_runtime.ts";
`;

/** The command, behind {@linkcode FIRST}. Not a file of ours: Node before 24.2 has no `import.meta.main`. */
const BIN = `
// Node 22 calls node:sqlite experimental on every start; rr knows what it stands on.
const { emitWarning } = process;
process.emitWarning = (warning, ...rest) => {
  if (!String(warning).startsWith("SQLite is an experimental")) {
    emitWarning.call(process, warning, ...rest);
  }
};

const complaint = exports.runtimeTooOld(globalThis);
if (complaint === undefined) {
  exports.keepCompiledCode(process);
  require("../${BUNDLE}/${RUN}.js").runProcess();
} else {
  process.stderr.write(\`error: \${complaint}\\n\`);
  process.exitCode = 1;
}
`;

interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

await emptyFolder(OUT);
await pack();
await complete();
await bundle(`${PACKAGE}/${BUNDLE}`, {
  entries: { [`${RUN}.ts`]: 'export { runProcess } from "./src/cli/main.ts";\n' },
  // Node's cache holds whatever has been compiled when a process ends.
  eager: false,
});
await toCommonJs(`${PACKAGE}/${BUNDLE}`);
await writeCommand();
await lower();
await check();
await mustRun(["npm", "pack", PACKAGE, "--pack-destination", OUT, "--silent"], { cwd: OUT });
const [tarball] = Array.from(Deno.readDirSync(OUT), (item) => item.name)
  .filter((name) => name.endsWith(".tgz"));
const { size } = await Deno.stat(`${OUT}/${tarball}`);
say(`${OUT}/${tarball} ${(size / 1024).toFixed(0)} kB`);

async function pack(): Promise<void> {
  const raw = `${OUT}/raw.tar.gz`;
  const flags = ["--allow-dirty", "--no-source-maps", "--quiet"];
  const packed = await mustRun(deno("pack", ...flags, "--output", raw));
  // One slow type in what mod.ts exports, and deno leaves all types out with no more than a warning.
  const missing = /Could not generate types for '[^']*\/(mod)\.ts'/.exec(
    packed.stdout + packed.stderr,
  );
  if (missing !== null) fail(`no types for ${missing[1]}.ts: look at \`deno publish --dry-run\``);
  await mustRun(["tar", "-xzf", raw, "-C", OUT]);
  await Deno.remove(raw);
  for (const file of await listFiles(PACKAGE)) {
    if (NOT_FOR_NPM.test(file)) await Deno.remove(`${PACKAGE}/${file}`);
  }
}

async function complete(): Promise<void> {
  const file = `${PACKAGE}/package.json`;
  const json: PackageJson = JSON.parse(await Deno.readTextFile(file));
  const { name, version, type, license, ...rest } = json;
  const whole = {
    name,
    version,
    description: DESCRIPTION,
    keywords: ["shell", "history", "sync", "p2p", "zsh", "bash", "fish"],
    license,
    type,
    bin: { rr: "bin/rr.js" },
    engines: ENGINES,
    ...repository(),
    ...rest,
    dependencies: exactVersions(Object.keys(json.dependencies)),
  };
  await Deno.writeTextFile(file, `${JSON.stringify(whole, null, 2)}\n`);
}

async function writeCommand(): Promise<void> {
  const folder = `${PACKAGE}/bin`;
  await Deno.mkdir(folder);
  const entry = `${ROOT}out/npm/first.ts`;
  await Deno.writeTextFile(entry, FIRST.replaceAll('"./src/', `"${ROOT}src/`));
  const file = `${folder}/rr.js`;
  await mustRun(deno("bundle", "--quiet", "--platform", "deno", "--output", file, entry));
  await Deno.remove(entry);
  await toCommonJs(folder);
  const first = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, `#!/usr/bin/env node\n${first}${BIN}`);
  await Deno.chmod(file, 0o755);
}

/** The modules of a folder as CommonJS, which a manifest there says they are. */
async function toCommonJs(folder: string): Promise<void> {
  const compilerOptions: typescript.CompilerOptions = {
    ...LOWERED,
    module: typescript.ModuleKind.CommonJS,
    esModuleInterop: true,
  };
  await Deno.remove(`${folder}/cli.js`).catch(() => {}); // what Deno starts; it waits at its top
  for (const name of await listFiles(folder)) {
    const code = (await Deno.readTextFile(`${folder}/${name}`))
      .replaceAll("import.meta.url", 'require("node:url").pathToFileURL(__filename).href');
    const { outputText } = typescript.transpileModule(code, { compilerOptions, fileName: name });
    await Deno.writeTextFile(`${folder}/${name}`, outputText);
  }
  await Deno.writeTextFile(`${folder}/package.json`, '{ "type": "commonjs" }\n');
}

// npm refuses provenance for a package that does not name the repository it is built in.
function repository(): { repository?: { type: "git"; url: string } } {
  const [server, name] = ["GITHUB_SERVER_URL", "GITHUB_REPOSITORY"].map((key) => Deno.env.get(key));
  if (server === undefined || name === undefined) return {};
  return { repository: { type: "git", url: `git+${server}/${name}.git` } };
}

async function lower(): Promise<void> {
  const compilerOptions = { ...LOWERED, module: typescript.ModuleKind.ESNext };
  for (const file of await listFiles(PACKAGE)) {
    if (!file.endsWith(".js")) continue;
    const code = await Deno.readTextFile(`${PACKAGE}/${file}`);
    if (!/\busing\s+\w+\s*(?:=|of)/.test(code)) continue;
    const { outputText } = typescript.transpileModule(code, { compilerOptions, fileName: file });
    await Deno.writeTextFile(`${PACKAGE}/${file}`, outputText);
  }
}

// deno pack widens "npm:libp2p@3.3.11" to "^3.3.11", and a user would get what nobody has tested.
function exactVersions(names: readonly string[]): Record<string, string> {
  const pinned: Readonly<Record<string, string>> = manifest.imports;
  return Object.fromEntries(names.map((name) => {
    const version = /^npm:(?:@[^@/]+\/)?[^@/]+@(\d[^/]*)$/.exec(pinned[name] ?? "")?.[1];
    return [name, version ?? fail(`deno.json does not pin ${name} to one version`)];
  }));
}

async function check(): Promise<void> {
  const files = await listFiles(PACKAGE);
  for (const wanted of ["README.md", "docs/hub.md", "LICENSE", "mod.js", "mod.d.ts", "cli.js"]) {
    if (!files.includes(wanted)) fail(`the package lacks ${wanted}`);
  }
  for (const file of files) {
    if (file.endsWith(".map")) fail(`the package holds a source map: ${file}`);
    if (!file.endsWith(".js")) continue;
    const code = await Deno.readTextFile(`${PACKAGE}/${file}`);
    if (code.includes("sourceMappingURL=")) fail(`${file} holds a source map`);
    const odd = /(?:from|import\()\s*["']((?:npm|jsr|https?):[^"']*)["']/.exec(code);
    if (odd !== null) fail(`${file} imports ${odd[1]}, which Node does not know`);
  }
}

async function listFiles(folder: string, below = ""): Promise<string[]> {
  const files: string[] = [];
  for await (const item of Deno.readDir(folder)) {
    const path = `${below}${item.name}`;
    if (item.isDirectory) files.push(...await listFiles(`${folder}/${item.name}`, `${path}/`));
    else files.push(path);
  }
  return files;
}
