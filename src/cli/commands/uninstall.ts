import { rmdirSync } from "node:fs";
import { causeChain, RrError } from "../../base/rr_error.ts";
import type { World } from "../../base/world.ts";
import { loadSettings } from "../../config/load.ts";
import { configFolder, folderOf, spoolFolder } from "../../config/paths.ts";
import type { Settings } from "../../config/settings.ts";
import { type CliCommand, defineCommand, type GlobalFlags } from "../define_command.ts";
import { ExitCode } from "../exit_code.ts";
import { switchFlag } from "../flags.ts";
import { printLine, printWarning } from "../print.ts";
import { lookAround } from "./setup/facts.ts";
import type { StartFile } from "./setup/plan.ts";
import { findBlock, withoutBlock } from "./setup/start_file.ts";

interface Flags {
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly purge: boolean;
  readonly noService: boolean;
}

/** `rr uninstall` */
export const command: CliCommand = defineCommand<Flags>({
  usage: ["[--purge] [--yes] [--dry-run] [--no-service]"],
  details:
    `Takes back what \`rr setup\` did: the service, the lines in the start files of your shells,
and the hook. History, config and keys stay, unless --purge is given: then nothing of rr is left but
the program itself. The histories of the shells are not touched.

Examples:
  rr uninstall --dry-run
  rr uninstall
  rr uninstall --purge`,
  flags: {
    yes: switchFlag("Do not ask"),
    dryRun: switchFlag("Only say what would be done"),
    purge: switchFlag("Remove the history, the config and the keys too"),
    noService: switchFlag("Leave the service as it is"),
  },
  aliases: { y: "yes" },
  run,
});

async function run(world: World, flags: Flags & GlobalFlags): Promise<number> {
  const settings = loadSettings(world, { dbPath: flags.dbPath }, { lenient: true });
  const { startFiles } = lookAround(world, settings);
  const blocks = startFiles.filter(({ text }) => findBlock(text ?? "") !== undefined);
  const files = [
    ...startFiles.map(({ hookFile }) => hookFile),
    ...(flags.purge ? ownFiles(world, settings) : []),
  ].filter((path) => world.files.stat(path) !== undefined);
  const sentences = [
    ...(flags.noService ? [] : ["stop the service and remove it"]),
    ...blocks.map(({ path }) => `take the lines of rr out of ${path}`),
    ...files.map((path) => `remove ${path}`),
  ];
  printLine(world, flags.dryRun ? "This would be done:" : "This will be done:");
  for (const sentence of sentences) printLine(world, `  - ${sentence}`);
  if (flags.dryRun) return ExitCode.OK;
  if (!flags.yes && !agreed(world)) {
    printLine(world, "Nothing was changed.");
    return ExitCode.FAILURE;
  }
  if (!flags.noService) await removeService(world);
  const left = blocks.filter((file) => !takeBlockOut(world, file));
  for (const path of files) world.files.remove(path);
  if (flags.purge) removeEmptyFolders(settings);
  printLine(world, "Done. Shells that are open keep the hook until they are closed.");
  return left.length === 0 ? ExitCode.OK : ExitCode.FAILURE;
}

function agreed(world: World): boolean {
  if (!world.stdin.isTerminal()) {
    throw new RrError("usage", "Cannot ask whether to go on: there is no terminal", {
      hint: "Say --yes, or --dry-run to see what would be done",
    });
  }
  world.stdout.write("Go on? [y/N] ");
  return /^y(es)?$/i.test(world.stdin.readLine()?.trim() ?? "");
}

async function removeService(world: World): Promise<void> {
  const { command } = await import("./service/service.ts");
  try {
    await command.run(world, { dryRun: false, force: false, json: false }, ["uninstall"]);
  } catch (error) {
    if (!(error instanceof RrError)) throw error;
    printWarning(world, causeChain(error));
  }
}

function takeBlockOut(world: World, { path, text, writable }: StartFile): boolean {
  if (!writable) {
    printWarning(world, `${path} cannot be written: take the lines of rr out of it yourself`);
    return false;
  }
  const mode = world.files.stat(path)?.mode;
  world.files.replacePrivate(path, withoutBlock(text ?? ""));
  if (mode !== undefined) world.files.chmod(path, mode);
  return true;
}

/** By name alone: the folder of a database may be somebody's home. */
function ownFiles(world: World, settings: Settings): readonly string[] {
  const { dbPath, configPath, swarmKeyPath, p2pIdentityKeyPath } = settings;
  const folder = folderOf(dbPath);
  const name = dbPath.slice(folder.length + 1);
  const beside = world.files.list(folder).filter((one) => one === name || isBeside(one, name));
  const spool = world.files.list(spoolFolder(dbPath));
  const config = world.files.list(configFolder(settings.home));
  return [
    ...beside.map((one) => `${folder}/${one}`),
    ...spool.map((one) => `${spoolFolder(dbPath)}/${one}`),
    swarmKeyPath,
    p2pIdentityKeyPath,
    ...config.filter((one) => OWN_CONFIG.test(one))
      .map((one) => `${configFolder(settings.home)}/${one}`),
    configPath,
  ].filter((path, i, all) => all.indexOf(path) === i);
}

const OWN_CONFIG = /^(config\.toml\.bak|(swarm|identity|relay)\.key(\.|$)|.*\.last$)/;

function isBeside(file: string, database: string): boolean {
  return file.startsWith(`${database}-`) || file.startsWith(`${database}.`);
}

function removeEmptyFolders({ dbPath, home }: Settings): void {
  for (const folder of [spoolFolder(dbPath), folderOf(dbPath), configFolder(home)]) {
    try {
      rmdirSync(folder);
    } catch {
      // It holds something that is not ours.
    }
  }
}
