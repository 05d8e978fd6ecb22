import assert from "node:assert/strict";
import { rankCommands } from "../../../src/search/ranking/rank_commands.ts";

const BUILD = 1;
const TEST = 2;
const LS = 3;

function ranked(
  runs: readonly (readonly [command: number, place?: number, exit?: number, session?: number])[],
  session = -1,
): number[] {
  return rankCommands({
    commands: runs.map(([command]) => command),
    places: runs.map(([, place = 0]) => place),
    exitCodes: runs.map(([, , exit = 0]) => exit),
    sessions: runs.map(([, , , of = 0]) => of),
  }, {
    session,
    ownHost: 0,
    hostOf: (place) => place === 9 ? 1 : 0,
    nearness: (place) => place === 1 ? 1 : 0,
  });
}

Deno.test("rankCommands() puts what followed the previous command first", () => {
  const cycle: [number][] = [[BUILD], [TEST], [LS]];
  assert.equal(ranked([...cycle, ...cycle, ...cycle, [BUILD]])[0], TEST);
  assert.equal(ranked([...cycle, ...cycle, ...cycle, [BUILD], [TEST]])[0], LS);
});

Deno.test("rankCommands() goes by this session, whatever others do meanwhile", () => {
  const cycle = [1, 2].flatMap((session): [number, number, number, number][] => [
    [BUILD, 0, 0, session],
    [TEST, 0, 0, session],
    [LS, 0, 0, session],
  ]);
  const runs = [...cycle, ...cycle, [BUILD, 0, 0, 1], [TEST, 0, 0, 2]] as typeof cycle;
  assert.equal(ranked(runs, 1)[0], TEST);
  assert.equal(ranked(runs, 2)[0], LS);
});

Deno.test("rankCommands() prefers what was run here, on this host, and did not fail", () => {
  const others: [number][] = [[4], [5]];
  assert.ok(before(ranked([[BUILD, 1], [TEST, 0], ...others]), BUILD, TEST));
  assert.ok(before(ranked([[BUILD, 0], [TEST, 9], ...others]), BUILD, TEST));
  assert.ok(before(ranked([[BUILD, 0], [TEST, 0, 1], ...others]), BUILD, TEST));
});

Deno.test("rankCommands() ranks each command once, and none where there are no runs", () => {
  assert.deepEqual(ranked([]), []);
  assert.deepEqual(ranked([[LS], [LS], [BUILD]]).sort(), [BUILD, LS]);
});

Deno.test("rankCommands() puts what followed the last two before what followed the last one alone", () => {
  const [a, b, c, d] = [11, 12, 13, 14] as const;
  const runs: [number][] = [
    [a],
    [b],
    [c],
    [d],
    [b],
    [LS],
    [d],
    [b],
    [LS],
    [a],
    [b],
    [c],
    [d],
    [a],
    [b],
  ];
  assert.equal(ranked(runs)[0], c);
});

Deno.test("rankCommands() goes by how the command before had ended", () => {
  const failing: [number, number?, number?][] = [[BUILD, 0, 1], [LS, 0, 0]];
  const passing: [number, number?, number?][] = [[BUILD, 0, 0], [TEST, 0, 0]];
  const runs = [failing, failing, passing, passing, [[LS], [LS]] as typeof failing].flat();
  const after = (exit: number): number[] =>
    ranked([...runs, [BUILD, 0, exit]]).filter((command) => command !== BUILD);
  assert.equal(after(0)[0], TEST);
  assert.equal(after(1)[0], LS);
});

Deno.test("rankCommands() offers the last command again only if it failed; nobody knows is no failure", () => {
  const others: [number][] = [[LS], [BUILD], [LS], [BUILD], [4], [5], [6]];
  const place = (exit: number): number =>
    ranked([...others, ...others, [TEST, 0, exit]]).indexOf(TEST);
  assert.ok(place(1) < place(0), "failed");
  assert.equal(place(-1), place(0), "not known");
});

Deno.test("rankCommands() does not offer the last command again where nothing else is known", () => {
  for (const count of [3, 7, 40, 2_500]) {
    const runs = Array.from({ length: count }, (_, i) => [i] as const);
    assert.equal(ranked(runs)[0], count - 2, `${count} commands`);
  }
});

Deno.test("rankCommands() sees past a command that came in between, before and after the last one", () => {
  const [a, b, c, d, e] = [11, 12, 13, 14, 15] as const;
  const noise = (from: number): [number][] => [[from], [from + 1], [from + 2], [from + 3]];
  // c follows b where a was before it, d follows b where e was; what is between is another each time.
  const told = [21, 22, 23].flatMap((between): [number][] => [
    ...[[a], [between], [b], [c]] as [number][],
    ...noise(31),
    ...[[e], [between + 10], [b], [d]] as [number][],
    ...noise(35),
  ]);
  assert.ok(before(ranked([...told, [a], [99], [b]]), c, d));
  assert.ok(before(ranked([...told, [e], [99], [b]]), d, c));
});

Deno.test("rankCommands() believes what followed a few times more than what followed once", () => {
  const [last, often, once] = [11, 12, 13] as const;
  const round = (follower: number): [number][] => [[last], [follower], [21], [22], [23]];
  const runs = [round(often), round(often), round(often), round(once)].flat();
  assert.equal(ranked([...runs, [last]])[0], often);
});

function before(order: readonly number[], a: number, b: number): boolean {
  return order.indexOf(a) < order.indexOf(b);
}
