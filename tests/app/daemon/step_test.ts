import assert from "node:assert/strict";
import {
  type Act,
  begin,
  type DaemonState,
  MOST_CRASHES,
  type Outcome,
  sessionAct,
  STABLE_SESSION_MS,
  step,
} from "../../../src/app/daemon/step.ts";

interface Config {
  readonly name: string;
}

const OLD: Config = { name: "old" };
const NEW: Config = { name: "new" };
const WRONG = new Error("It does not work");

function failed(canPass: boolean, upMs?: number): Outcome<Config> {
  return { upMs, why: { kind: "failed", error: WRONG, canPass } };
}

function up(why: Outcome<Config>["why"], upMs = 1_000): Outcome<Config> {
  return { upMs, why };
}

/** The act after several outcomes. */
function after(...outcomes: readonly Outcome<Config>[]): Act<Config> {
  return run(begin(OLD), outcomes).act;
}

function run(
  from: DaemonState<Config>,
  outcomes: readonly Outcome<Config>[],
): { state: DaemonState<Config>; act: Act<Config> } {
  let state = from;
  let act = sessionAct(state);
  for (const outcome of outcomes) ({ state, act } = step(state, outcome));
  return { state, act };
}

const PROVEN = up({ kind: "role-changed" });

Deno.test("step() begins with a session that is the first", () => {
  assert.deepEqual(after(), { do: "session", config: OLD, isFirst: true });
});

Deno.test("step() ends at once what cannot begin and will not get better", () => {
  assert.deepEqual(after(failed(false)), { do: "end", error: WRONG });
});

Deno.test("step() waits for what can get better, longer each time, and stays the first", () => {
  assert.deepEqual(after(failed(true), failed(true)), {
    do: "pause",
    failures: 2,
    error: WRONG,
    what: "cannot-begin",
  });
  const act = after(failed(true), { upMs: undefined, why: { kind: "waited" } });
  assert.deepEqual(act, { do: "session", config: OLD, isFirst: true });
});

Deno.test("step() never ends a daemon for what a new configuration says", () => {
  const configured = up({ kind: "configured", config: NEW });
  for (const canPass of [false, true]) {
    const { state, act } = run(begin(OLD), [configured, failed(canPass)]);
    assert.deepEqual(act, { do: "go-back", config: OLD, error: WRONG });
    assert.equal(state.config, OLD);
  }
});

Deno.test("step() counts a configuration as proven only once its session was up", () => {
  const neverUp: Outcome<Config> = {
    upMs: undefined,
    why: { kind: "configured", config: NEW },
  };
  assert.equal(run(begin(OLD), [neverUp]).state.proven, undefined);
  assert.deepEqual(after(neverUp, failed(false)), { do: "end", error: WRONG });
  assert.equal(run(begin(OLD), [PROVEN]).state.proven, OLD);
});

Deno.test("step() tries again and again with what has worked before, whatever is wrong", () => {
  const { state, act } = run(begin(OLD), [PROVEN, failed(false), failed(false)]);
  assert.deepEqual(act, { do: "pause", failures: 2, error: WRONG, what: "cannot-begin" });
  assert.equal(run(state, [PROVEN]).state.failures, 0);
});

Deno.test("step() opens a session that broke again, and ends when that helps nothing", () => {
  const crashes = (count: number, upMs: number): Outcome<Config>[] =>
    Array.from({ length: count }, () => failed(false, upMs));
  const last = after(...crashes(MOST_CRASHES, 10));
  assert.deepEqual(last, { do: "pause", failures: MOST_CRASHES, error: WRONG, what: "broke" });
  assert.deepEqual(after(...crashes(MOST_CRASHES + 1, 10)), { do: "end", error: WRONG });
  const rare = after(...crashes(10 * MOST_CRASHES, STABLE_SESSION_MS));
  assert.deepEqual(rare, { do: "pause", failures: 1, error: WRONG, what: "broke" });
});

Deno.test("step() starts counting anew with a new configuration", () => {
  const { state } = run(begin(OLD), [
    failed(false, 10),
    up({ kind: "configured", config: NEW }),
  ]);
  assert.equal(state.crashes, 0);
  assert.equal(state.config, NEW);
});
