/**
 * `deno task compile [--target <t>]... [--all] [--output <folder>]`: single executables of rr.
 *
 * The split bundle is compiled, not the source: it starts faster and embeds 3 MB instead of 28. The
 * base binary of a target is fetched by Deno once; `DENORT_BIN=<file>` names one that is at hand.
 */
import { YOUNG_OBJECTS } from "../src/service/unit.ts";
import { bundle, DIST, START_CHUNK, THREAD_NAME } from "./bundle.ts";
import { RR_PERMISSIONS } from "./permissions.ts";
import { deno, fail, run, say } from "./tools.ts";

/** Every target that Deno has a base binary for. */
const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
  "aarch64-pc-windows-msvc",
] as const;
type Target = typeof TARGETS[number];

const { targets, output } = parse(Deno.args);
await bundle();
await Deno.mkdir(output, { recursive: true });
for (const target of targets) await compile(target, output);

async function compile(target: Target, folder: string): Promise<void> {
  const file = `${folder}/rr-${target}${target.includes("windows") ? ".exe" : ""}`;
  const { code, stdout, stderr } = await run(deno(
    "compile",
    "--no-check",
    "--no-config",
    "--no-lock",
    "--app-name=rr",
    // Datagrams of the Unix kind, by which the daemon tells systemd how it is.
    "--unstable-net",
    // A compiled program takes engine flags from nowhere else: neither DENO_V8_FLAGS nor its command line.
    `--v8-flags=${YOUNG_OBJECTS}`,
    `--target=${target}`,
    `--output=${file}`,
    // No import leads to it.
    `--include=${DIST}/${THREAD_NAME}.js`,
    ...RR_PERMISSIONS,
    START_CHUNK,
  ));
  const printed = `${stdout}${stderr}`;
  if (code !== 0) explainFailure(target, printed);
  checkEmbedded(printed);
  await checkEngineFlags(file);
  const { size } = await Deno.stat(file);
  say(`${file} ${(size / 1024 / 1024).toFixed(1)} MB`);
}

function explainFailure(target: Target, printed: string): never {
  const error = printed.slice(Math.max(0, printed.search(/^error/m))).trim();
  // Deno lists the causes from the outermost in.
  const causes = [...error.matchAll(/^\s*(?:error|\d+): (.+)$/gm)];
  const why = causes.at(-1)?.[1] ?? error;
  if (/denort|dl\.deno\.land|error sending request|Download/i.test(printed)) {
    fail(
      `the base binary for ${target} is neither in DENO_DIR nor can it be downloaded (${why}); ` +
        "go online, name one with DENORT_BIN=<file>, or make the package for Node with `deno task npm`",
    );
  }
  fail(`deno compile for ${target} failed: ${why}`);
}

// The whole bundle and nothing else: an npm tree would mean that a chunk still imports a package, and a
// chunk that is not there would be missed when somebody needs it.
function checkEmbedded(printed: string): void {
  const from = printed.indexOf("Embedded Files");
  if (from < 0) fail(`deno compile does not list what it embeds any more:\n${printed}`);
  const listed = printed.slice(from);
  const odd = /node_modules|registry\.|\.deno_compile_node|\bnpm\b/.exec(listed);
  if (odd !== null) fail(`the binary embeds more than the bundle (${odd[0]}):\n${listed}`);
  for (const { name } of Deno.readDirSync(DIST)) {
    if (!listed.includes(` ${name} (`)) fail(`the binary does not embed ${name}:\n${listed}`);
  }
}

// What the program will hand to its engine stands in it as JSON.
async function checkEngineFlags(file: string): Promise<void> {
  const text = new TextDecoder("latin1").decode(await Deno.readFile(file));
  const flags = /"v8_flags":\[[^\]]*\]/g;
  const found = Array.from(text.matchAll(flags), ([list]) => list);
  if (found.some((list) => list.includes(`"${YOUNG_OBJECTS}"`))) return;
  fail(`the binary does not hold ${YOUNG_OBJECTS} among its engine flags: ${found.join(" ")}`);
}

function parse(args: readonly string[]): { targets: readonly Target[]; output: string } {
  const targets: Target[] = [];
  let output = "out";
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!;
    if (word === "--all") targets.push(...TARGETS);
    else if (word === "--target") targets.push(asTarget(args[++at]));
    else if (word === "--output") output = args[++at] ?? fail("--output needs a folder");
    else fail(`unknown argument ${word}; there are --target <t>, --all and --output <folder>`);
  }
  return { targets: targets.length > 0 ? targets : [asTarget(Deno.build.target)], output };
}

function asTarget(text: string | undefined): Target {
  return TARGETS.find((target) => target === text) ??
    fail(`there is no base binary for ${text}; the targets are ${TARGETS.join(", ")}`);
}
