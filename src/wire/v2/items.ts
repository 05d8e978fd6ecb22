/** Items as columns: what is alike stands together, which is what zstd makes most of. */
import type { EntryId } from "../../history/entry.ts";
import {
  checkEntry,
  EntryError,
  MAX_ID_CHARS,
  MAX_LABEL_CHARS,
} from "../../history/check_entry.ts";
import type { EntryItem, Item, Tombstone } from "../../named/item.ts";
import { WireError } from "../wire_error.ts";
import type { Fields } from "./fields.ts";

/** Most items of a frame. */
const MOST_ITEMS = 4_096;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const HEX_CHARS = 32;
const NO_UUID = "0".repeat(HEX_CHARS);

/** Columns of the items of a frame. */
export function encodeItems(items: readonly Item[]): Record<string, unknown> {
  const entries = items.flatMap((item) => item.entry ?? []);
  const tombs = items.filter((item): item is Tombstone => item.entry === undefined);
  const sources = new Map<string, number>();
  const source: unknown[] = [];
  const odd: [number, string][] = [];
  let before = 0;
  const columns = {
    s: [] as number[],
    t: [] as number[],
    x: [] as number[],
    d: [] as number[],
    w: [] as string[],
    c: [] as string[],
  };
  let ids = "";
  entries.forEach((entry, i) => {
    const from = [entry.deviceId, entry.userId, entry.shell, entry.hostname, entry.version];
    const key = JSON.stringify(from);
    const known = sources.get(key) ?? sources.size;
    if (known === sources.size) {
      sources.set(key, known);
      source.push(from);
    }
    columns.s.push(known);
    columns.t.push(entry.startedAtMs - before);
    before = entry.startedAtMs;
    columns.x.push(entry.exitCode);
    columns.d.push(entry.durationMs);
    columns.w.push(entry.cwd);
    columns.c.push(entry.command);
    const isUuid = UUID.test(entry.id);
    ids += isUuid ? entry.id.replaceAll("-", "") : NO_UUID;
    if (!isUuid) odd.push([i, entry.id]);
  });
  return {
    ...(entries.length > 0 ? { src: source, ...columns, id: ids } : {}),
    ...(odd.length > 0 ? { odd } : {}),
    ...(tombs.length > 0
      ? { tb: tombs.map(({ id, deviceId, ts, deletedAt }) => [id, deviceId, ts, deletedAt]) }
      : {}),
  };
}

/**
 * The items of a frame, tombstones first. One that breaks a rule fails all: every device has the same
 * rules, so its sender should not have it either.
 *
 * @throws {WireError} `invalid`
 */
export function decodeItems(fields: Fields): Item[] {
  const tombs = fields.list("tb", MOST_ITEMS).map((value) => decodeTombstone(value, fields));
  const sources = fields.list("src", MOST_ITEMS).map((value) => {
    if (!Array.isArray(value) || value.length !== 5) throw fields.fail("src");
    return value as unknown[];
  });
  const s = fields.wholes("s", MOST_ITEMS, 0, sources.length - 1);
  const columns = {
    t: fields.list("t", MOST_ITEMS),
    x: fields.list("x", MOST_ITEMS),
    d: fields.list("d", MOST_ITEMS),
    w: fields.list("w", MOST_ITEMS),
    c: fields.list("c", MOST_ITEMS),
  };
  for (const [key, column] of Object.entries(columns)) {
    if (column.length !== s.length) throw fields.fail(key);
  }
  const ids = decodeIds(fields, s.length);
  let before = 0;
  return [
    ...tombs,
    ...s.map((from, i): EntryItem => {
      before += columns.t[i] as number;
      const [deviceId, userId, shell, hostname, version] = sources[from]!;
      return {
        entry: checked({
          id: ids[i],
          deviceId,
          userId,
          startedAtMs: before,
          command: columns.c[i],
          cwd: columns.w[i],
          exitCode: columns.x[i],
          durationMs: columns.d[i],
          shell,
          hostname,
          version,
          session: undefined,
        }),
      };
    }),
  ];
}

function decodeIds(fields: Fields, count: number): string[] {
  const hex = count === 0 && !fields.has("id")
    ? ""
    : fields.text("id", HEX_CHARS * MOST_ITEMS, /^[0-9a-f]*$/);
  if (hex.length !== HEX_CHARS * count) throw fields.fail("id");
  const ids = Array.from({ length: count }, (_, i) => {
    const at = hex.slice(HEX_CHARS * i, HEX_CHARS * (i + 1));
    return `${at.slice(0, 8)}-${at.slice(8, 12)}-${at.slice(12, 16)}-${at.slice(16, 20)}-${
      at.slice(20)
    }`;
  });
  for (const value of fields.list("odd", count)) {
    const [i, id] = Array.isArray(value) ? value : [];
    if (!Number.isInteger(i) || i < 0 || i >= count || typeof id !== "string") {
      throw fields.fail("odd");
    }
    ids[i] = id;
  }
  return ids;
}

function decodeTombstone(value: unknown, fields: Fields): Tombstone {
  const [id, deviceId, ts, deletedAt] = Array.isArray(value) ? value : [];
  const isLabel = typeof deviceId === "string" && deviceId.length <= MAX_LABEL_CHARS;
  if (typeof id !== "string" || id === "" || id.length > MAX_ID_CHARS || !isLabel) {
    throw fields.fail("tb");
  }
  if (!Number.isSafeInteger(ts) || !Number.isSafeInteger(deletedAt)) throw fields.fail("tb");
  // The rules for ids and times are those of the entry that it replaces.
  const rule = checked({ ...PLAIN, id, deviceId, startedAtMs: ts * 1000 });
  return { id: rule.id as EntryId, deviceId: rule.deviceId, ts, deletedAt };
}

const PLAIN = {
  userId: "",
  command: "",
  cwd: "",
  exitCode: 0,
  durationMs: 0,
  shell: "",
  hostname: "",
  version: "",
  session: undefined,
};

function checked(entry: Parameters<typeof checkEntry>[0]): ReturnType<typeof checkEntry> {
  try {
    return checkEntry(entry);
  } catch (error) {
    if (!(error instanceof EntryError)) throw error;
    const id = typeof entry.id === "string" ? entry.id.slice(0, MAX_ID_CHARS) : "none";
    throw new WireError("invalid", `Cannot read the item ${JSON.stringify(id)}: ${error.message}`);
  }
}
