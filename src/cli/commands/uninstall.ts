import { rmdirSync, rmSync } from "node:fs";
import { causeChain, RrError } from "../../base/rr_error.ts";
import type { World } from "../../base/world.ts";
import { HOOK_SHELLS, hookFile } from "../../app/hook_file.ts";
import { loadSettings } from "../../config/load.ts";
import { folderOf } from "../../base/folder_of.ts";
import { configFolder, shellDoorFile, spoolFolder } from "../../config/paths.ts";
import type { Settings } from "../../config/settings.ts";
import { daemonHolder } from "../../process/lock.ts";
import type { LockHolder } from "../../store/file/file_lock.ts";
import { cacheFolder } from "../../world/compile_cache.ts";
import { detectManager } from "../../service/detect.ts";
import { uninstall } from "../../service/install.ts";
import type { ServiceManager } from "../../service/manager.ts";
import { type Run, systemRun } from "../../service/run.ts";
import { type CliCommand, defineCommand, type GlobalFlags } from "../define_command.ts";
import { ExitCode } from "../exit_code.ts";
import { switchFlag } from "../flags/flags.ts";
import { printLine, printWarning } from "../print/print.ts";
import { serviceDeps } from "./service/install_own.ts";
import { agreed } from "./setup/agreed.ts";
import { shortPath, type StartFile } from "./setup/plan.ts";
import { findBlock, hasOwnLine, withoutBlock } from "./setup/start_file.ts";
import { startPlaces, writeStartFile } from "./setup/start_paths.ts";

interface Flags {
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly purge: boolean;
  readonly noService: boolean;
}

/** The command, with the way in which it runs programs. */
export function uninstallCommand(run: Run): CliCommand {
  return defineCommand<Flags>({
    usage: ["[--purge] [--yes] [--dry-run] [--no-service]"],
    details:
      `Takes back what \`rr setup\` did: the service, the lines in the start files of your shells,
and the hook. The start files are as they were, byte for byte. History, config and keys stay, unless
--purge is given: then nothing of rr is left but the program itself. The histories of the shells are
not touched.

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
    run: (world, flags) => takeBack(world, flags, run),
  });
}

/** `rr uninstall` */
export const command: CliCommand = uninstallCommand(systemRun);

async function takeBack(world: World, flags: Flags & GlobalFlags, run: Run): Promise<number> {
  const settings = loadSettings(world, { dbPath: flags.dbPath }, { lenient: true });
  const found = await whatThereIs(world, settings, flags, run);
  const steps = stepsOf(found);
  if (steps.length === 0) return nothingToTakeBack(world, settings, flags, found);
  printLine(world, flags.dryRun ? "This would be done:" : "This will be done:");
  for (const step of steps) printLine(world, `  - ${step}`);
  if (flags.dryRun) return ExitCode.OK;
  if (!flags.yes && !agreed(world, "no")) {
    printLine(world, "Nothing was changed.");
    return ExitCode.FAILURE;
  }
  const isServiceGone = found.service === undefined ||
    await removeService(world, found.service, run);
  // The one of the service has ended with it. The lock that tells of another one may go with the files.
  const daemon = flags.noService ? undefined : daemonHolder(settings.dbPath, world);
  const areFilesGone = removeFiles(world, found);
  if (flags.purge) removeEmptyFolders(settings);
  warnOfOwnLines(world, found);
  warnOfDaemon(world, daemon);
  const isAllGone = isServiceGone && areFilesGone;
  printLine(world, lastLine(isAllGone));
  if (isAllGone && !flags.purge) sayWhatStays(world, settings);
  return isAllGone ? ExitCode.OK : ExitCode.FAILURE;
}

/** What of rr is on this machine, as far as it is to go. */
interface Found {
  readonly home: string;
  /** Every file that a shell reads when it starts. */
  readonly starts: readonly StartFile[];
  /** Of these, the ones that `rr setup` wrote lines into. */
  readonly blocks: readonly StartFile[];
  readonly files: readonly string[];
  readonly cache: readonly string[];
  readonly service: ServiceManager | undefined;
}

async function whatThereIs(
  world: World,
  settings: Settings,
  { purge, noService }: Flags,
  run: Run,
): Promise<Found> {
  const { home } = settings;
  const { all } = await startPlaces(world, home, [], run);
  const own = purge ? ownFiles(world, settings) : [];
  return {
    home,
    starts: all,
    blocks: all.filter(({ text }) => findBlock(text ?? "") !== undefined),
    files: [...HOOK_SHELLS.map((shell) => hookFile(home, shell)), ...own]
      .filter((path) => isThere(world, path)),
    cache: ownCache(world),
    service: noService ? undefined : await installedService(world, run),
  };
}

/** In words; none if all that is left is the cache, which this very process may have made, on Node. */
function stepsOf({ home, blocks, files, cache, service }: Found): string[] {
  const steps = [
    ...(service === undefined ? [] : ["stop the service and remove it"]),
    ...blocks.map(({ path }) => `take the lines of rr out of ${shortPath(path, home)}`),
    ...files.map((path) => `remove ${shortPath(path, home)}`),
  ];
  return steps.length === 0
    ? steps
    : [...steps, ...cache.map((path) => `remove ${shortPath(path, home)}`)];
}

function nothingToTakeBack(
  world: World,
  settings: Settings,
  { dryRun, noService, purge }: Flags,
  found: Found,
): number {
  if (!dryRun) found.cache.forEach((path) => isRemoved(world, path, removeCache));
  warnOfOwnLines(world, found);
  if (!noService) warnOfDaemon(world, daemonHolder(settings.dbPath, world));
  printLine(world, "There is nothing of rr to take back.");
  if (!purge) sayWhatStays(world, settings);
  return ExitCode.OK;
}

/** Whether none is left: what cannot be removed does not keep the rest. */
function removeFiles(world: World, { blocks, files, cache }: Found): boolean {
  const gone = [
    ...blocks.map((file) => takeBlockOut(world, file)),
    ...files.map((path) => isRemoved(world, path, (file) => world.files.remove(file))),
    ...cache.map((path) => isRemoved(world, path, removeCache)),
  ];
  return !gone.includes(false);
}

function lastLine(isAllGone: boolean): string {
  return isAllGone
    ? "Done. Shells that are open keep the hook until they are closed."
    : "Not everything is gone, see above; `rr uninstall` again tries the rest.";
}

function sayWhatStays(world: World, settings: Settings): void {
  if (!ownFiles(world, settings).some((path) => isThere(world, path))) return;
  printLine(
    world,
    "The history, the keys and the config stay; `rr uninstall --purge` removes them.",
  );
}

function warnOfOwnLines(world: World, { starts, home }: Found): void {
  for (const { path } of starts.filter(({ text }) => hasOwnLine(text ?? ""))) {
    printWarning(world, `${shortPath(path, home)} loads the hook by a line of yours: take it out`);
  }
}

function warnOfDaemon(world: World, daemon: LockHolder | undefined): void {
  if (daemon === undefined) return;
  printWarning(
    world,
    `A daemon that was started by hand still runs: \`kill ${daemon.pid}\` ends it`,
  );
}

/** The manager that has our service; `undefined` where there is none, or nothing that could run it. */
async function installedService(world: World, run: Run): Promise<ServiceManager | undefined> {
  const { manager } = await detectManager(world.os, serviceDeps(world, run));
  if (manager === undefined) return undefined;
  if (world.files.stat(manager.unitPath) !== undefined) return manager;
  return (await manager.state()).phase === "not-loaded" ? undefined : manager;
}

/** Whether none is left. */
async function removeService(world: World, manager: ServiceManager, run: Run): Promise<boolean> {
  try {
    await uninstall(manager, serviceDeps(world, run));
    return true;
  } catch (error) {
    if (!(error instanceof RrError)) throw error;
    printWarning(world, causeChain(error));
    if (error.hint !== undefined) {
      printWarning(world, error.hint.replace("Add", "Run `rr service uninstall` with"));
    }
    return false;
  }
}

/** Says why not where it is not. */
function isRemoved(world: World, path: string, remove: (path: string) => void): boolean {
  try {
    remove(path);
    return true;
  } catch (error) {
    const cause = error instanceof RrError ? "" : `Cannot remove ${path}: `;
    printWarning(world, cause + causeChain(error));
    return false;
  }
}

function isThere(world: World, path: string): boolean {
  return world.files.stat(path) !== undefined;
}

/** No more than one: a folder of a name that is ours alone. */
function ownCache(world: World): readonly string[] {
  const folder = cacheFolder((name) => world.env(name));
  return folder !== undefined && world.files.stat(folder) !== undefined ? [folder] : [];
}

function removeCache(path: string): void {
  rmSync(path, { recursive: true });
  removeIfEmpty([folderOf(path)]);
}

function takeBlockOut(world: World, { shell, path, text, obstacle }: StartFile): boolean {
  if (obstacle !== undefined) {
    printWarning(
      world,
      `${path} cannot be written: ${obstacle}; take the lines of rr out of it yourself`,
    );
    return false;
  }
  const rest = withoutBlock(text ?? "");
  if (rest !== undefined) {
    writeStartFile(world, path, rest);
    return true;
  }
  world.files.remove(path);
  // fish alone has a folder of its own for it.
  if (shell === "fish") removeIfEmpty([folderOf(path), folderOf(folderOf(path))]);
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
    shellDoorFile(dbPath),
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
  const config = configFolder(home);
  removeIfEmpty([spoolFolder(dbPath), folderOf(dbPath), config, folderOf(config)]);
}

function removeIfEmpty(folders: readonly string[]): void {
  for (const folder of folders) {
    try {
      rmdirSync(folder);
    } catch {
      // It holds something that is not ours.
    }
  }
}
