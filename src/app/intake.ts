/**
 * The one way by which what the shell hooks recorded is taken in, whoever asks: a command before it
 * reads the history, the daemon as soon as something is there.
 *
 * What it takes in by (the spool, the capture rules) is loaded only when something waits, since
 * `rr search` comes by here.
 */
import { causeChain, RrError } from "../base/rr_error.ts";
import type { World } from "../base/world.ts";
import type { Logger } from "../base/log.ts";
import type { CaptureRules } from "../capture/rules.ts";
import {
  type CaptureChoice,
  captureOptionsOf,
  type CaptureSettings,
} from "../config/capture_options.ts";
import { spoolFolder } from "../config/paths.ts";
import type { Settings } from "../config/settings.ts";
import type { IngestDeps, IngestReport } from "../spool/ingest.ts";

/** Whose commands they are, where they wait, and which of them to keep. */
export interface IntakePlan {
  readonly folder: string;
  readonly userId: string;
  readonly deviceId: string;
  readonly capture: CaptureSettings;
}

/** What taking in needs of the world. */
export type IntakeWorld = Pick<World, "files" | "clock" | "random">;

/** A history that takes entries. */
export interface EntryTaker {
  readonly log: IngestDeps["log"];
}

/** Takes in what waits, by rules that are made once. */
export interface Intake {
  takeIn(): Promise<IngestReport>;
  /** Takes in and leaves no trace in the spool of what was typed until now: before a deletion. */
  drain(): Promise<IngestReport>;
}

/** The plan that settings make. */
export function intakePlanOf(settings: Settings): IntakePlan {
  return {
    folder: spoolFolder(settings.dbPath),
    userId: settings.userId,
    deviceId: settings.deviceId,
    capture: {
      recordIgnoreRegex: settings.recordIgnoreRegex,
      recordIgnoreDirs: settings.recordIgnoreDirs,
      home: settings.home,
      recordSecretsFilter: settings.recordSecretsFilter,
    },
  };
}

/** The intake into a history. */
export function createIntake(
  { folder, userId, deviceId, capture }: IntakePlan,
  { files, clock, random }: IntakeWorld,
  { log }: EntryTaker,
): Intake {
  let rules: Promise<CaptureRules> | undefined;
  let ingest: ((deps: IngestDeps) => Promise<IngestReport>) | undefined;
  const deps: IngestDeps = {
    files,
    clock,
    random,
    folder,
    log,
    userId,
    deviceId,
    rules: () => rules ??= rulesOf(captureOptionsOf(capture, { files, clock })),
  };
  return {
    takeIn: async () => {
      ingest ??= (await import("../spool/ingest.ts")).ingestSpools;
      return await ingest(deps);
    },
    drain: async () => await (await import("../spool/drain.ts")).drainSpools(deps),
  };
}

async function rulesOf(options: CaptureChoice): Promise<CaptureRules> {
  const { createCaptureRules } = await import("../capture/rules.ts");
  return await createCaptureRules(options);
}

/**
 * Takes in what waits before a command reads the history; costs a look at a folder if nothing does.
 * Why something was left is told to `warn` and no more: it must not keep a person from searching.
 */
export async function takeInFirst(
  world: IntakeWorld,
  settings: Settings,
  open: () => EntryTaker | Promise<EntryTaker>,
  warn: (text: string) => void,
): Promise<void> {
  if (!isSpoolUsed(world, settings, mayWait)) return;
  const plan = intakePlanOf(settings);
  const problem = await problemOf(createIntake(plan, world, await open()), plan.folder);
  if (problem !== undefined) warn(`recorded commands wait: ${problem}`);
}

/**
 * Takes in everything before a deletion, since what still lies in the spool would come back.
 *
 * @throws {RrError} if something cannot be taken in
 */
export async function drainFirst(
  world: IntakeWorld,
  settings: Settings,
  history: EntryTaker,
): Promise<void> {
  if (settings.dbPath === ":memory:") return;
  const { problem } = await createIntake(intakePlanOf(settings), world, history).drain();
  if (problem !== undefined) throw problem;
}

/** A function for the daemon: takes in, tells the log what a person should know, counts the new ones. */
export function loggedIntake(intake: Intake, logger: Logger): () => Promise<number> {
  let waiting = false;
  const named = new Set<string>();
  return async () => {
    const { problem, broken, inserted, unreadable } = await intake.takeIn();
    if (problem !== undefined && !waiting) {
      logger.warn("Recorded commands wait, as it cannot be told which of them to keep", {
        error: problem.message,
      });
    }
    waiting = problem !== undefined;
    for (const file of unreadable) {
      if (named.has(file)) continue;
      named.add(file);
      logger.warn("Left a shell's records where they are, as they cannot be read", { file });
    }
    if (broken > 0) logger.warn("Set aside records that were cut short", { count: broken });
    return inserted;
  };
}

/** Whether there is anything in the spool, be it that all of it has been taken in. */
export function isSpoolUsed(
  { files }: Pick<World, "files">,
  { dbPath }: Pick<Settings, "dbPath">,
  counts: (name: string) => boolean = () => true,
): boolean {
  return dbPath !== ":memory:" &&
    files.list(spoolFolder(dbPath)).some((name) => name.includes(".") && counts(name));
}

/** Not what nothing is taken in from: scratch of the bash hook, which may be there all the time, and rests. */
function mayWait(name: string): boolean {
  return !/\.(?:line|torn)$/.test(name);
}

async function problemOf(intake: Intake, folder: string): Promise<string | undefined> {
  try {
    const { problem, unreadable } = await intake.takeIn();
    if (problem !== undefined) return causeChain(problem);
    const [first, ...others] = unreadable;
    if (first === undefined) return undefined;
    const more = others.length > 0 ? ` and ${others.length} more` : "";
    return `those of another user, or damaged, are left in "${folder}/${first}"${more}`;
  } catch (error) {
    if (error instanceof RrError) return causeChain(error);
    throw error;
  }
}
