import type { Context } from "hono";
import type { Clock } from "../../base/clock.ts";
import { withDeadline } from "../../base/async/deadline.ts";
import { refuse } from "./endpoints.ts";
import {
  type Mailboxes,
  MAX_MAILBOX_NUMBER,
  MAX_SLOT_BYTES,
  type Posted,
  type Slot,
  SLOTS,
} from "./mailboxes.ts";
import { readBody } from "./read_body.ts";

/** Header by which a side shows that it is the one that wrote before: 22 characters, made by itself. */
export const MAILBOX_KEY_HEADER = "x-rustory-mailbox-key";

/** What the requests about mailboxes need. */
export interface MailboxDeps {
  readonly mailboxes: Mailboxes;
  readonly clock: Clock;
  readonly bodyDeadlineMs: number;
  /** Whether a request carries the tracker's token. */
  readonly isAllowed: (headers: Headers) => Promise<boolean>;
}

const REFUSALS: Record<Exclude<Posted, "stored">, readonly [404 | 409 | 503, string]> = {
  taken: [409, "this mailbox is somebody else's or was answered already"],
  missing: [404, "no such mailbox"],
  full: [503, "too many mailboxes are open"],
};

/** The requests about mailboxes. Opening one needs the token; a machine that joins has none yet. */
export class MailboxEndpoints {
  readonly #deps: MailboxDeps;

  /** Serves `deps.mailboxes`. */
  constructor(deps: MailboxDeps) {
    this.#deps = deps;
  }

  /** `PUT /api/v1/mailboxes/<number>/<slot>` */
  async post(c: Context): Promise<Response> {
    const { mailboxes, clock, bodyDeadlineMs, isAllowed } = this.#deps;
    const at = placeOf(c);
    if (at === undefined) return refuse(c, 404);
    if (at.slot === "hello" && !await isAllowed(c.req.raw.headers)) return refuse(c, 401);
    const key = keyOf(c);
    if (key === undefined) return c.json({ error: `${MAILBOX_KEY_HEADER} required` }, 400);
    const body = await withDeadline(
      bodyDeadlineMs,
      (signal) => readBody(c.req.raw, MAX_SLOT_BYTES, signal),
      { clock, what: "read a message" },
    );
    const posted = mailboxes.post(at.number, at.slot, key, body);
    if (posted === "stored") return c.json({ ok: true });
    const [status, error] = REFUSALS[posted];
    return c.json({ error }, status);
  }

  /** `GET /api/v1/mailboxes/<number>/<slot>` */
  read(c: Context): Response {
    const at = placeOf(c);
    const found = at === undefined ? "missing" : this.#deps.mailboxes.read(at.number, at.slot);
    if (found === "missing") return c.json({ error: REFUSALS.missing[1] }, 404);
    if (found === "empty") return c.body(null, 204);
    return c.body(Uint8Array.from(found), 200, { "content-type": "application/octet-stream" });
  }

  /** `DELETE /api/v1/mailboxes/<number>` */
  close(c: Context): Response {
    const number = numberOf(c);
    const key = keyOf(c);
    const removed = number !== undefined && key !== undefined &&
      this.#deps.mailboxes.close(number, key);
    return c.json({ ok: true, removed });
  }
}

function placeOf(c: Context): { readonly number: number; readonly slot: Slot } | undefined {
  const number = numberOf(c);
  const slot = SLOTS.find((one) => one === c.req.param("slot"));
  return number === undefined || slot === undefined ? undefined : { number, slot };
}

function numberOf(c: Context): number | undefined {
  const text = c.req.param("number") ?? "";
  const number = /^[1-9]\d{0,2}$/.test(text) ? Number(text) : 0;
  return number >= 1 && number <= MAX_MAILBOX_NUMBER ? number : undefined;
}

function keyOf(c: Context): string | undefined {
  const key = c.req.header(MAILBOX_KEY_HEADER) ?? "";
  return /^[A-Za-z0-9_-]{22}$/.test(key) ? key : undefined;
}
