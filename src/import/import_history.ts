/**
 * Takes a foreign history into ours, so that doing it again adds only what is new, whatever the other
 * program trimmed meanwhile and whoever recorded a command first:
 *
 * - A command with a time is known if the history holds as many entries with that command in that second.
 *   Ids do not matter, so what the original imported or a hook recorded counts, on whichever device. Where
 *   one program notes the start of a run and another its end, duration or order tell that they are one.
 * - A command without a time is known if the history holds as many entries of it from that shell, with
 *   whatever time: all that such a record tells is that it was run that often. Those of another device or
 *   program count if they hold what stands in the source.
 * - Ids are derived ({@linkcode importEntryId}), so two imports at once do not double anything either, nor
 *   do two devices that import copies of one file and meet later.
 */
import { yieldToLoop } from "../base/async/yield_to_loop.ts";
import type { Clock } from "../base/clock.ts";
import type { Files } from "../base/world.ts";
import type { CaptureRules } from "../capture/rules.ts";
import { tidyCommand } from "../capture/tidy.ts";
import { createEntry } from "../history/create_entry.ts";
import type { DeviceId, Entry, EntryDraft, EntryId } from "../history/entry.ts";
import { isBroken } from "../shell/broken_record.ts";
import { FollowingTimes } from "./following_times.ts";
import { fillTimes, type Head } from "./formats/fill_times.ts";
import { ANY_DEVICE, importEntryId, NOTES_ENDS } from "./import_id.ts";
import type { IdentifiedDraft } from "./formats/rows.ts";
import type { AppendResult } from "../swarm/log.ts";
import { type ImportReport, ImportTally } from "./import_tally.ts";
import { type KnownCommands, knownCommands } from "./known_commands.ts";
import { Occurrences, type TimedRecord } from "./occurrences.ts";
import { type ImportItem, type ImportSource, openSource } from "./import_sources.ts";
import { breathe, countOf, dropFirst, ITEMS_AT_ONCE, readable } from "./run_through.ts";

/** What to import, and for whom. */
export interface ImportRequest {
  readonly from: ImportSource;
  readonly path: string;
  readonly userId: string;
  readonly deviceId: DeviceId;
  readonly hostname: string;
  readonly rules: CaptureRules;
  /** Only the newest so many records. @default {all} */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

/** How far an import is. */
export interface ImportProgress {
  readonly done: number;
  /** Records in all. */
  readonly total: number;
}

/** What an import needs. */
export interface ImportDeps {
  readonly files: Files;
  readonly clock: Clock;
  /** The open history; satisfied by the store's `History`. */
  readonly history: {
    readonly path: string;
    readonly log: { headSeq(): number };
  };
  /** Writes into it. */
  readonly writer: ImportWriter;
}

/** Takes entries of an import; satisfied by the store's `BulkWriter`. */
export interface ImportWriter {
  /**
   * Resolves once the entries are in the file.
   *
   * @param options whether more are to come at once
   */
  append(
    entries: readonly Entry[],
    options: { readonly more: boolean },
  ): Promise<AppendResult>;
  /** Resolves once no more than `mostRows` wait. */
  room(mostRows: number): Promise<void>;
}

/**
 * Records handed to the writer at once: enough to be cheap. What outlives a sweep of V8's nursery makes it
 * grow, which with 2,000 took 30 MB more than with these and saved no time.
 */
const BATCH = 250;
/** Rows that may wait for the writer, for the same reason: 6,000 take 20 MB more. */
const MOST_WAITING = 2_000;

/**
 * Imports a history. Reading goes on while the writer works. Aborting rejects with the signal's reason;
 * what was handed to the writer until then stays.
 *
 * @throws {import("../base/rr_error.ts").RrError} if the source cannot be opened or the history not
 * be written; broken records are only counted
 */
export async function importHistory(
  request: ImportRequest,
  deps: ImportDeps,
): Promise<ImportReport> {
  const { signal, onProgress } = request;
  signal?.throwIfAborted();
  using source = openSource(request.from, request.path, deps.files);
  using known = knownCommands(deps.history, request.deviceId, deps.files);
  const tally = new ImportTally();
  const skipFirst = request.limit === undefined
    ? 0
    : await countOf(source.items(), signal) - request.limit;
  const open = (): Iterable<ImportItem> => dropFirst(source.items(), skipFirst);
  const { total, undated, head } = await survey(open(), tally, signal);
  const writing = new Writing(deps.writer, tally);
  let batch: Entry[] = [];
  let done = 0;
  for (const entry of entriesOf(open, request, { ...deps, known, tally, undated, head })) {
    done++;
    if (entry !== undefined) batch.push(entry);
    if (done % BATCH !== 0) continue;
    await writing.add(batch, true);
    batch = [];
    onProgress?.({ done, total });
    signal?.throwIfAborted();
  }
  await writing.add(batch, false);
  await writing.end();
  onProgress?.({ done: total, total });
  signal?.throwIfAborted();
  return tally.report();
}

/** What is on its way to the writer. */
class Writing {
  readonly #writer: ImportWriter;
  readonly #tally: ImportTally;
  #failure: unknown;
  #open: Promise<void>[] = [];

  constructor(writer: ImportWriter, tally: ImportTally) {
    this.#writer = writer;
    this.#tally = tally;
  }

  /** Hands entries over as soon as there is room. @throws what an earlier one has failed with */
  async add(entries: readonly Entry[], more: boolean): Promise<void> {
    if (entries.length > 0 || !more) {
      this.#open.push(
        this.#writer.append(entries, { more }).then(
          (result) => this.#tally.add(result),
          (error) => void (this.#failure ??= error),
        ),
      );
    }
    // A large import leaves room for what else the process does.
    await yieldToLoop();
    await this.#writer.room(MOST_WAITING);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Resolves once everything is written. */
  async end(): Promise<void> {
    await Promise.all(this.#open);
    if (this.#failure !== undefined) throw this.#failure;
  }
}

interface Context extends ImportDeps {
  readonly known: KnownCommands;
  readonly tally: ImportTally;
  /** The commands of the source that have no time. */
  readonly undated: ReadonlySet<string>;
  readonly head: Head;
  /** Of a source that has no times at all. */
  readonly following?: FollowingTimes | undefined;
}

interface Survey {
  readonly total: number;
  readonly undated: ReadonlySet<string>;
  readonly head: Head;
}

// Everything that must be known of a source before its first record is taken in.
async function survey(
  items: Iterable<ImportItem>,
  tally: ImportTally,
  signal?: AbortSignal,
): Promise<Survey> {
  const undated = new Set<string>();
  let total = 0;
  let head: Head = { undated: 0, firstMs: undefined };
  for (const item of items) {
    if (++total % ITEMS_AT_ONCE === 0) await breathe(signal);
    if (isBroken(item)) tally.broken(item);
    else if (item.startedAtMs === undefined) {
      undated.add(tidyCommand(item.command));
      if (head.firstMs === undefined) head = { ...head, undated: head.undated + 1 };
    } else if (head.firstMs === undefined) head = { ...head, firstMs: item.startedAtMs };
  }
  return { total, undated, head };
}

// One result per record that can be read: the entry, or nothing if it is skipped or known.
function* entriesOf(
  open: () => Iterable<ImportItem>,
  request: ImportRequest,
  context: Context,
): Generator<Entry | undefined> {
  const { tally, known, undated, head } = context;
  const following = head.firstMs === undefined
    ? new FollowingTimes((id) => known.startedMs(id), () => written(request, context))
    : undefined;
  const within = { ...context, following };
  if (request.from === "rustory" || request.from === "jsonl") {
    // Whole entries were accepted once, and come back as they were.
    for (const item of readable(open())) yield item as Entry;
    return;
  }
  const drafts = (): Iterable<EntryDraft> => readable(open());
  const occurrences = new Occurrences(known, known.countAnyTime(undated, request.from));
  let at = 0;
  for (const { draft, startedAtMs } of fillTimes(drafts, () => before(request, context), head)) {
    at++;
    const command = tidyCommand(draft.command);
    const reason = request.rules.skipReason(command, draft.cwd);
    if (reason !== undefined) yield tally.skipped(reason);
    else yield entryOf({ ...draft, command }, startedAtMs, at, request, occurrences, within);
  }
}

function entryOf(
  draft: EntryDraft,
  startedAtMs: number,
  at: number,
  request: ImportRequest,
  occurrences: Occurrences,
  { tally, known, following }: Context,
): Entry | undefined {
  const { from, userId, deviceId } = request;
  const unixSeconds = draft.startedAtMs === undefined ? 0 : Math.floor(startedAtMs / 1000);
  const { index, isKnown } = unixSeconds === 0
    ? occurrences.nextUndated(draft.command)
    : occurrences.next(timedRecord(draft, unixSeconds, from));
  const name = { userId, shell: from, unixSeconds, index, command: draft.command };
  const idOn = (device: string): EntryId =>
    importEntryId({ ...name, deviceId: unixSeconds === 0 ? device : ANY_DEVICE });
  if (isKnown) {
    following?.known(() => idOn(deviceId));
    return tally.known();
  }
  if (known.isDeleted(unixSeconds, draft.command)) return tally.known();
  // With a time, the second tells it.
  if (unixSeconds === 0 && known.isDeletedElsewhere(idOn)) return tally.known();
  try {
    const id = (draft as IdentifiedDraft).id as EntryId | undefined ??
      idOn(deviceId);
    const hostname = draft.hostname ?? request.hostname;
    const atMs = following?.next(startedAtMs) ?? startedAtMs;
    return createEntry({ ...draft, startedAtMs: atMs, hostname }, id, request);
  } catch (error) {
    return tally.broken({ broken: (error as Error).message, at });
  }
}

function timedRecord(draft: EntryDraft, unixSeconds: number, from: ImportSource): TimedRecord {
  const { command, durationMs = 0, cwd } = draft;
  const hasFolder = cwd !== undefined;
  const ranSeconds = durationMs > 0 ? durationMs / 1000 : undefined;
  return { command, unixSeconds, ranSeconds, hasFolder, isEnd: from === NOTES_ENDS && hasFolder };
}

// The end of the invented times of a source that has none at all.
function before(request: ImportRequest, context: Context): number {
  const oldest = context.known.oldestMs() ?? Infinity;
  return Math.floor(Math.min(written(request, context), oldest) / 1000) * 1000;
}

// When the last of a source was written.
function written({ path }: ImportRequest, { files, clock }: Context): number {
  return Math.min(files.stat(path)?.mtimeMs ?? Infinity, clock.now());
}
