import assert from "node:assert/strict";
import { createServer } from "node:https";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { systemClock } from "../../../src/base/clock.ts";
import { DeadlineError } from "../../../src/base/async/deadline.ts";
import type { RrError } from "../../../src/base/rr_error.ts";
import { createTrackerClient } from "../../../src/tracker/client/client.ts";
import { explainNoAnswer } from "../../../src/tracker/client/no_answer.ts";
import { type RequestStep, sendDirectly } from "../../../src/tracker/request.ts";
import { seededRandom } from "../../fakes/seeded_random.ts";
import { EXPIRED, FUTURE, SELF_SIGNED, UNKNOWN } from "./_certificates.ts";

const NOW = { step: "look-up", nowMs: Date.UTC(2030, 0) } as const;

async function listening<T>(server: Server, act: (port: number) => Promise<T>): Promise<T> {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  try {
    return await act((server.address() as AddressInfo).port);
  } finally {
    await new Promise((done) => server.close(done));
  }
}

async function whyNot(baseUrl: string): Promise<RrError> {
  const client = createTrackerClient({ baseUrl }, {
    clock: systemClock(),
    random: seededRandom(1),
  });
  try {
    await client.ping();
  } catch (error) {
    return error as RrError;
  }
  throw new Error("it answered");
}

for (
  const [name, certified, why, hint] of [
    ["expired", EXPIRED, /its certificate has expired on 2020-01-06 \(/, /clock/],
    ["not yet good", FUTURE, /its certificate is not good before 2090-01-01 \(/, /clock/],
    ["of nobody known", UNKNOWN, /signed by nobody known here \(/, /NODE_EXTRA_CA_CERTS/],
    ["self-signed", SELF_SIGNED, /signed by itself \(DEPTH_ZERO/, /NODE_EXTRA_CA_CERTS/],
  ] as const
) {
  Deno.test(`a tracker's certificate that is ${name} is told as that`, () =>
    listening(createServer({ ...certified }), async (port) => {
      const error = await whyNot(`https://localhost:${port}`);
      assert.match(error.message, why);
      assert.match(error.hint ?? "", hint);
    }));
}

Deno.test("a tracker that speaks no TLS is told as that", () =>
  listening(createHttpServer(), async (port) => {
    const { message, hint } = await whyNot(`https://localhost:${port}`);
    assert.match(message, /what answers there speaks no TLS \(/);
    assert.match(hint ?? "", /http:\/\//);
  }));

Deno.test("a page of a network that wants a login, or its redirect, is told as that", () =>
  listening(
    createHttpServer((request, response) => {
      if (request.url?.startsWith("/old")) {
        response.writeHead(308, { location: "https://new.example/rr/api/v1/ping" }).end();
      } else if (request.url?.startsWith("/there")) response.writeHead(511).end();
      else response.writeHead(302, { location: "http://login.hotel.example/?back=1" }).end();
    }),
    async (port) => {
      const redirected = await whyNot(`http://127.0.0.1:${port}`);
      assert.match(redirected.message, /it answered 302 \(see http:\/\/login\.hotel\.example\/\)$/);
      assert.match(redirected.hint ?? "", /login/);
      const moved = await whyNot(`http://127.0.0.1:${port}/old`);
      assert.match(moved.message, /it answered 308 \(see https:\/\/new\.example\/rr\)$/);
      assert.match(moved.hint ?? "", /has moved, set "https:\/\/new\.example\/rr" as its URL$/);
      assert.match((await whyNot(`http://127.0.0.1:${port}/there`)).hint ?? "", /login/);
    },
  ));

Deno.test("explainNoAnswer() has words and a hint for what networks do", () => {
  for (
    const [code, words, hint] of [
      ["ENOTFOUND", /no such name/, /network/],
      ["EAI_AGAIN", /cannot be looked up now/, /network/],
      ["ENETUNREACH", /no way leads there/, /network/],
      ["EHOSTUNREACH", /no way leads there/, /network/],
      ["ECONNREFUSED", /refused/, /tracker-serve/],
      ["ECONNRESET", /was cut/, /tracker-serve/],
    ] as const
  ) {
    const cause = new Error("outer", { cause: Object.assign(new Error("inner"), { code }) });
    const said = explainNoAnswer(cause, NOW);
    assert.match(said.why, words);
    assert.ok(said.why.endsWith(`(${code})`), said.why);
    assert.match(said.hint ?? "", hint);
  }
  const odd = Object.assign(new Error("?"), { code: "EODD" });
  assert.deepEqual(explainNoAnswer(odd, NOW), { why: "EODD", hint: undefined });
  assert.deepEqual(explainNoAnswer("text", NOW), { why: "text", hint: undefined });
});

Deno.test("explainNoAnswer() says how far a request came that got no answer in time", () => {
  const late = new DeadlineError("get an answer", 2_000);
  const said = (step: RequestStep) => explainNoAnswer(late, { ...NOW, step }).why;
  assert.equal(said("look-up"), "no answer within 2000 ms: its name could not be looked up");
  assert.equal(said("connect"), "no answer within 2000 ms: no connection came about");
  assert.equal(said("answer"), "no answer within 2000 ms: connected, but no answer");
});

Deno.test("sendDirectly() tells of the steps that it reaches", () =>
  listening(createHttpServer((_request, response) => response.end()), async (port) => {
    for (const host of ["localhost", "127.0.0.1"]) {
      const steps: RequestStep[] = [];
      const response = await sendDirectly(`http://${host}:${port}`, {
        method: "GET",
        headers: {},
        signal: new AbortController().signal,
        onStep: (step) => steps.push(step),
      });
      await response.text();
      assert.deepEqual(steps, ["connect", "answer"], host);
    }
  }));
