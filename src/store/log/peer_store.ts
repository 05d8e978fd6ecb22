/** Peers met before, and what is known of each. */
import type { Clock } from "../../base/clock.ts";
import type { DeviceId } from "../../history/entry.ts";
import { boundedAddrs } from "../../swarm/peer_addrs.ts";
import type { PeerId, PeerRecord } from "../../swarm/peer.ts";
import type { Database } from "../file/database.ts";
import type { Row } from "../file/sqlite_rows.ts";

/** Where we stand with one peer. */
export interface PeerState {
  /** A PeerId; the original also stores URLs and multiaddrs. */
  readonly peer: string;
  readonly pullCursor: number;
  readonly pushCursor: number;
  /** Own entries that the peer does not have yet. */
  readonly pendingPush: number;
  readonly lastSeenUnix: number | undefined;
}

/** One peer, and whether it has all that was deleted here. */
export interface DeletionsAt {
  readonly peer: string;
  /** What a person calls it: its machine, its device id, or its PeerId. */
  readonly name: string;
  /** `unknown`: it was never found equal, as it is new, or speaks version 1 only. */
  readonly reached: "confirmed" | "pending" | "unknown";
  readonly lastSeenUnix: number;
}

/** A key of `rr_meta`: what stands before the PeerId that a name was given to. */
const GIVEN_NAME = "given_name:";

/** As in the original: more peers than a person has, few enough to dial. */
const MOST_PEERS = 1000;
/** Peers that are kept; a directory that invents some in every round must not fill the disk. */
const MOST_KEPT = 2 * MOST_PEERS;

/** Whether a peer of the book was ever synced with, as the original notes it too. */
const ANSWERED = `(EXISTS (SELECT 1 FROM peer_state p WHERE p.peer_id = b.peer_id)
  OR EXISTS (SELECT 1 FROM peer_push_state s WHERE s.peer_id = b.peer_id))`;

const REMEMBER = `INSERT INTO peer_book (peer_id, addrs_json, user_id, device_id, last_seen)
  VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (peer_id) DO UPDATE SET
    addrs_json = iif(excluded.addrs_json = '[]', addrs_json, excluded.addrs_json),
    user_id = coalesce(excluded.user_id, user_id),
    device_id = coalesce(excluded.device_id, device_id),
    last_seen = max(last_seen, excluded.last_seen)`;

const REMEMBER_NAME = `INSERT INTO rr_peer_name (peer_id, hostname) VALUES (?, ?)
  ON CONFLICT (peer_id) DO UPDATE SET hostname = excluded.hostname WHERE hostname <> excluded.hostname`;

const STATES = `
  WITH keys AS (
    SELECT peer_id FROM peer_state UNION SELECT peer_id FROM peer_push_state
    UNION SELECT peer_id FROM peer_book
  )
  SELECT k.peer_id, p.last_cursor, s.last_pushed_seq, b.last_seen,
    (SELECT count(*) FROM entries e
     WHERE e.device_id = ? AND e.ingest_seq > coalesce(s.last_pushed_seq, 0))
  FROM keys k
  LEFT JOIN peer_state p ON p.peer_id = k.peer_id
  LEFT JOIN peer_push_state s ON s.peer_id = k.peer_id
  LEFT JOIN peer_book b ON b.peer_id = k.peer_id
  ORDER BY k.peer_id`;

/** The peers of one history. Satisfies `PeerBook` of the sync engine by shape. */
export class PeerStore {
  readonly #db: Database;
  readonly #clock: Clock;

  /** The peers in an open, migrated database. */
  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** Stores what is known of peers; an `undefined` field does not overwrite a known value. */
  remember(records: readonly PeerRecord[]): void {
    if (records.length === 0) return;
    const now = Math.floor(this.#clock.now() / 1000);
    this.#db.transaction(() => {
      for (const { peer, addrs, userId, deviceId, hostname, lastSeenUnix } of records) {
        // A directory whose clock is ahead must not keep a peer fresh for ever.
        const seen = Math.min(Math.floor(lastSeenUnix), now);
        const known = boundedAddrs(addrs);
        this.#db.run(
          REMEMBER,
          peer,
          JSON.stringify(known),
          userId ?? null,
          deviceId ?? null,
          seen,
        );
        if (hostname !== undefined) this.#db.run(REMEMBER_NAME, peer, hostname);
      }
      if (this.#db.integer("SELECT count(*) FROM peer_book") > MOST_KEPT) this.#forgetOldest();
    });
  }

  /**
   * Peers seen at or after `sinceUnix` (seconds), those synced with first, then newest first, at most
   * 1000; of `userId` or of unknown user.
   */
  recent(sinceUnix: number, userId: string): PeerRecord[] {
    return this.#db.rows(
      `SELECT b.peer_id, b.addrs_json, b.device_id, b.user_id, n.hostname, b.last_seen, ${ANSWERED}
       FROM peer_book b LEFT JOIN rr_peer_name n ON n.peer_id = b.peer_id
       WHERE b.last_seen >= ? AND (b.user_id = ? OR b.user_id IS NULL)
       ORDER BY ${ANSWERED} DESC, b.last_seen DESC, b.peer_id LIMIT ${MOST_PEERS}`,
      sinceUnix,
      userId,
    ).flatMap(toPeer);
  }

  /** Every peer that any table names, ascending; pending counts entries of `deviceId`. */
  states(deviceId: DeviceId): PeerState[] {
    return this.#db.rows(STATES, deviceId).map((row) => ({
      peer: String(row[0]),
      pullCursor: integerOr(row[1], 0),
      pushCursor: integerOr(row[2], 0),
      lastSeenUnix: integerOr(row[3], undefined),
      pendingPush: integerOr(row[4], 0),
    }));
  }

  /** How far the deletions of this device have come, by what was last found equal with each peer. */
  deletionsAt(): DeletionsAt[] {
    const last = this.#db.integer("SELECT max(seq) FROM rr_tomb");
    const given = this.givenNames();
    return this.#db.rows(
      `SELECT b.peer_id, n.hostname, b.device_id, e.seq, b.last_seen FROM peer_book b
       LEFT JOIN rr_peer_name n ON n.peer_id = b.peer_id
       LEFT JOIN rr_pin p ON p.peer_id = b.peer_id
       LEFT JOIN rr_base e ON e.name = p.name
       ORDER BY b.last_seen DESC, b.peer_id`,
    ).map(([peer, hostname, deviceId, seq, lastSeen]) => ({
      peer: String(peer),
      name: given.get(String(peer)) ?? String(hostname ?? deviceId ?? peer),
      reached: seq === null ? "unknown" : Number(seq) >= last ? "confirmed" : "pending",
      lastSeenUnix: integerOr(lastSeen, 0),
    }));
  }

  /** When each peer was last there, in unix seconds. */
  lastSeen(): ReadonlyMap<string, number> {
    const rows = this.#db.rows("SELECT peer_id, last_seen FROM peer_book");
    return new Map(rows.map(([peer, seen]) => [String(peer), integerOr(seen, 0)]));
  }

  /** The names that the person of this device has given to peers. */
  givenNames(): ReadonlyMap<string, string> {
    const rows = this.#db.rows(
      "SELECT substr(key, ?), value FROM rr_meta WHERE key LIKE ?",
      GIVEN_NAME.length + 1,
      `${GIVEN_NAME}%`,
    );
    return new Map(rows.map(([peer, name]) => [String(peer), String(name)]));
  }

  /** Gives a peer a name that is used on this device only; `undefined` takes it back. */
  giveName(peer: string, name: string | undefined): void {
    const key = `${GIVEN_NAME}${peer}`;
    if (name === undefined) this.#db.run("DELETE FROM rr_meta WHERE key = ?", key);
    else {
      this.#db.run(
        `INSERT INTO rr_meta (key, value) VALUES (?, ?)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
        key,
        name,
      );
    }
  }

  /** Everybody who was ever met, the latest first. */
  everybody(): PeerRecord[] {
    return this.#db.rows(
      `SELECT b.peer_id, b.addrs_json, b.device_id, b.user_id, n.hostname, b.last_seen, ${ANSWERED}
       FROM peer_book b LEFT JOIN rr_peer_name n ON n.peer_id = b.peer_id
       ORDER BY b.last_seen DESC, b.peer_id`,
    ).flatMap(toPeer);
  }

  /** Forgets a peer and how far we followed it; whether it was known. */
  forget(peer: string): boolean {
    return this.#db.transaction(() => {
      let changed = 0;
      for (const table of ["peer_state", "peer_push_state", "peer_book"] as const) {
        changed += this.#db.run(`DELETE FROM ${table} WHERE peer_id = ?`, peer);
      }
      this.#db.run("DELETE FROM rr_pull_state WHERE peer_id = ?", peer);
      this.#db.run("DELETE FROM rr_peer_name WHERE peer_id = ?", peer);
      this.#db.run("DELETE FROM rr_pin WHERE peer_id = ?", peer);
      this.giveName(peer, undefined);
      return changed > 0;
    });
  }

  #forgetOldest(): void {
    this.#db.run(
      `DELETE FROM peer_book WHERE peer_id IN (
         SELECT b.peer_id FROM peer_book b ORDER BY ${ANSWERED} DESC, b.last_seen DESC, b.peer_id
         LIMIT -1 OFFSET ${MOST_KEPT})`,
    );
    this.#db.run(
      "DELETE FROM rr_peer_name WHERE peer_id NOT IN (SELECT peer_id FROM peer_book)",
    );
  }

  /**
   * Copies the cursors that an old version of the original stored under a multiaddr to the peer, if
   * the peer has none. The old rows stay, as in the original.
   */
  adoptLegacyKey(peer: string, multiaddr: string): void {
    this.#db.transaction(() => {
      this.#db.run(
        `INSERT INTO peer_state (peer_id, last_cursor)
         SELECT ?, last_cursor FROM peer_state WHERE peer_id = ? ON CONFLICT DO NOTHING`,
        peer,
        multiaddr,
      );
      this.#db.run(
        `INSERT INTO peer_push_state (peer_id, last_pushed_seq)
         SELECT ?, last_pushed_seq FROM peer_push_state WHERE peer_id = ? ON CONFLICT DO NOTHING`,
        peer,
        multiaddr,
      );
    });
  }
}

function toPeer(row: Row): PeerRecord[] {
  const [peer, addrs, deviceId, userId, hostname, lastSeen, answered] = row;
  if (typeof peer !== "string" || peer === "") return [];
  return [{
    peer: peer as PeerId,
    addrs: parseAddrs(addrs),
    deviceId: typeof deviceId === "string" ? deviceId : undefined,
    userId: typeof userId === "string" ? userId : undefined,
    hostname: typeof hostname === "string" ? hostname : undefined,
    lastSeenUnix: integerOr(lastSeen, 0),
    ...(answered === 1 ? { answered: true } : {}),
  }];
}

function parseAddrs(json: unknown): string[] {
  if (typeof json !== "string") return [];
  try {
    const value: unknown = JSON.parse(json);
    if (!Array.isArray(value)) return [];
    return boundedAddrs(value.filter((addr) => typeof addr === "string"));
  } catch {
    return []; // written by another program; the peer will be told of anew
  }
}

function integerOr<T>(value: unknown, otherwise: T): number | T {
  return typeof value === "number" && Number.isSafeInteger(value) ? value : otherwise;
}
