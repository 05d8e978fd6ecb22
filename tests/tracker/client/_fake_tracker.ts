/** A tracker that answers as the test wants, and its client. */
import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock } from "../../../src/base/clock.ts";
import { RrError } from "../../../src/base/rr_error.ts";
import { createTrackerClient, type TrackerClient } from "../../../src/tracker/client/client.ts";
import { PEER_IDS } from "../../contracts/directory.ts";
import { RecordingLogger } from "../../fakes/recording_logger.ts";
import { seededRandom } from "../../fakes/seeded_random.ts";

export const OWN = {
  peer: PEER_IDS[0],
  addrs: ["/ip4/192.0.2.7/tcp/8845"],
  deviceId: "laptop",
  userId: "kim",
  hostname: "host",
  version: "0.1.0",
};

/** Waits not at all: the pauses between tries are told to {@linkcode pauses}. */
export const pauses: number[] = [];

export const HASTY = {
  ...systemClock(),
  sleep: (ms: number, signal?: AbortSignal): Promise<void> => {
    if (ms <= 250) return Promise.resolve(void pauses.push(ms));
    return systemClock().sleep(ms, signal);
  },
};

export const DEPS = { clock: HASTY, random: seededRandom() };

export interface Fake extends AsyncDisposable {
  readonly client: TrackerClient;
  readonly requests: IncomingMessage[];
  readonly logger: RecordingLogger;
  readonly url: string;
}

/** A tracker that answers as the test says. */
export async function openFake(
  answer: (response: ServerResponse, request: IncomingMessage) => void,
): Promise<Fake> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    request.resume();
    answer(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const logger = new RecordingLogger();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    client: createTrackerClient({ baseUrl: url }, { ...DEPS, logger }),
    requests,
    logger,
    url,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function refusesWith(pattern: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof RrError, String(error));
    assert.equal(error.code, "network");
    assert.match(error.message, pattern);
    return true;
  };
}
