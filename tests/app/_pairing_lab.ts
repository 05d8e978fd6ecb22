/** What tests of pairing share: a machine that shows a code, and a tracker that treats messages as told. */
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import { type Clock, systemClock } from "../../src/base/clock.ts";
import { type Random, systemRandom } from "../../src/base/random.ts";
import { pairAsHost } from "../../src/app/pairing/host.ts";
import type { PairCard } from "../../src/pair/card.ts";
import { createTracker } from "../../src/tracker/server/handler.ts";

export const deps = { clock: systemClock(), random: systemRandom() };

/** What the machine that shows the code hands over. */
export const CARD: PairCard = {
  version: "0.2.0",
  deviceId: "laptop",
  userId: "kim",
  peer: "12D3KooWLaptop",
  addrs: [],
  trackers: ["http://tracker.example"],
  trackerToken: undefined,
  relays: [],
  swarmKey: deps.random.bytes(32),
  outcome: undefined,
};

/** A code that is shown at the tracker, by a machine that is no more than a card. */
export function showCode(
  baseUrl: string,
  own: { readonly random: Random; readonly clock: Clock } = deps,
): { readonly code: Promise<string>; readonly joined: Promise<PairCard>; stop(): void } {
  const { promise: code, resolve } = Promise.withResolvers<string>();
  const stop = new AbortController();
  const plan = { gives: "host", trackers: [{ baseUrl }], card: CARD, onCode: resolve } as const;
  const joined = pairAsHost(plan, own, stop.signal).then(({ card }) => card);
  joined.catch(() => {});
  return { code, joined, stop: () => stop.abort(new Error("stopped")) };
}

/** What happens to one request: handed on, or answered in another way. */
export type Fault = (
  request: Request,
  handOn: (request: Request) => Promise<Response>,
) => Promise<Response>;

/** A tracker that changes the message of one slot. */
export function altering(slot: string, change: (body: Uint8Array) => void): Fault {
  return async (request, handOn) => {
    if (request.method !== "PUT" || !request.url.endsWith(slot)) return await handOn(request);
    const body = new Uint8Array(await request.arrayBuffer());
    change(body);
    return await handOn(
      new Request(request.url, { method: "PUT", headers: request.headers, body }),
    );
  };
}

/** Changes the last byte of a message. */
export function lastByte(body: Uint8Array): void {
  body[body.length - 1]! ^= 1;
}

/** A tracker on loopback. */
export function serveTracker(
  fault: Fault = (request, handOn) => handOn(request),
): AsyncDisposable & { readonly baseUrl: string } {
  const tracker = createTracker({}, { clock: deps.clock });
  const handOn = async (request: Request): Promise<Response> => await tracker.fetch(request);
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const server = Deno.serve(options, (request) => fault(request, handOn));
  return {
    baseUrl: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** The deadline of a test. */
export function soon(): AbortSignal {
  return AbortSignal.timeout(PATIENCE_MS);
}
