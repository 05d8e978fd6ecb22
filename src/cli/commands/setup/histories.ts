/** Takes in old histories, several at once, for `rr setup` and `rr try`. */
import { counted } from "../../../base/grouped.ts";
import { writerFor } from "../../../app/writer/writer_for.ts";
import { takeInFirst } from "../../../app/intake.ts";
import { causeChain, RrError } from "../../../base/rr_error.ts";
import type { World } from "../../../base/world.ts";
import { createCaptureRules } from "../../../capture/rules.ts";
import { captureOptionsOf } from "../../../config/capture_options.ts";
import type { Settings } from "../../../config/settings.ts";
import {
  importHistory,
  type ImportProgress,
  type ImportRequest,
} from "../../../import/import_history.ts";
import { type History, openHistory } from "../../../store/file/open_history.ts";
import { indexWhole } from "../../machine/index_whole.ts";
import type { OldHistory } from "./plan.ts";

/** What was taken in. */
export interface Taken {
  readonly inserted: number;
  /** Left out, as they seem to hold a secret. */
  readonly secrets: number;
  /** Histories that could not be read; each has been warned of. */
  readonly failed: number;
}

/** How histories are taken in. */
export interface TakeOptions {
  /** How much of it is done, from 0 to 1. */
  onProgress(share: number): void;
  /** Takes what a person should know. */
  warn(text: string): void;
  readonly signal: AbortSignal;
}

/** Indexing takes about a fifth of the time of an import. */
const IMPORT_SHARE = 0.8;

/**
 * Imports the histories into the database that the settings name, and makes its index.
 *
 * @throws {RrError} if it cannot be told what to leave out; `signal.reason`
 */
export async function takeHistories(
  world: World,
  settings: Settings,
  histories: readonly OldHistory[],
  options: TakeOptions,
): Promise<Taken> {
  using history = openHistory(settings.dbPath, world);
  // What a hook has recorded is then known, and not doubled.
  await takeInFirst(world, settings, () => history, options.warn);
  return await takeInto(history, world, settings, histories, options);
}

/** As {@linkcode takeHistories}, into a history that is open. */
export async function takeInto(
  history: History,
  world: World,
  settings: Settings,
  histories: readonly OldHistory[],
  { onProgress, warn, signal }: TakeOptions,
): Promise<Taken> {
  const rules = await createCaptureRules(captureOptionsOf(settings, world));
  const bytes = histories.reduce((sum, { size }) => sum + size, 0);
  const { userId, hostname } = settings;
  const deviceId = settings.deviceId;
  let before = 0;
  let taken: Taken = { inserted: 0, secrets: 0, failed: 0 };
  for (const { from, path, size } of histories) {
    const request = { from, path, userId, deviceId, hostname, rules, signal };
    const onPart = ({ done, total }: ImportProgress): void =>
      onProgress(IMPORT_SHARE * (before + size * done / Math.max(1, total)) / bytes);
    taken = plus(taken, await takeOne(world, history, { ...request, onProgress: onPart }, warn));
    before += size;
  }
  const onIndexed = (done: number, total: number): void =>
    onProgress(IMPORT_SHARE + (1 - IMPORT_SHARE) * done / total);
  await indexWhole(history, onIndexed, signal);
  return taken;
}

// One that cannot be read, somebody's database that is damaged, does not keep the others out.
async function takeOne(
  { files, clock }: World,
  history: History,
  request: ImportRequest,
  warn: TakeOptions["warn"],
): Promise<Taken> {
  try {
    const bytes = files.stat(request.path)?.size ?? 0;
    await using writer = await writerFor(history, clock, bytes);
    const report = await importHistory(request, { files, clock, history, writer });
    if (report.broken > 0) {
      warn(`${counted(report.broken, "record")} of ${request.path} could not be read`);
    }
    return { inserted: report.inserted, secrets: report.skippedFor.secret ?? 0, failed: 0 };
  } catch (error) {
    request.signal?.throwIfAborted();
    if (!(error instanceof RrError)) throw error;
    warn(causeChain(error));
    return { inserted: 0, secrets: 0, failed: 1 };
  }
}

function plus(one: Taken, other: Taken): Taken {
  return {
    inserted: one.inserted + other.inserted,
    secrets: one.secrets + other.secrets,
    failed: one.failed + other.failed,
  };
}
