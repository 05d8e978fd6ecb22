/** `rr doctor` as the tests ask it. */
import type { FakeWorld } from "../fakes/fake_world.ts";
import { rr } from "./_run.ts";

/** What it said. */
export interface Doctored {
  readonly code: number;
  // deno-lint-ignore no-explicit-any -- JSON that the test looks into
  readonly report: any;
  /** Messages and hints of warnings and errors, by check. */
  readonly bad: Map<string, string>;
}

/** Calls it. */
export async function doctor(world: FakeWorld): Promise<Doctored> {
  const { code, out } = await rr(world, "doctor", "--json");
  const report = JSON.parse(out);
  const bad = new Map<string, string>();
  for (const { check, level, message, hint } of report.checks) {
    if (level !== "warn" && level !== "error") continue;
    bad.set(check, `${bad.get(check) ?? ""}${message} ${hint ?? ""}; `);
  }
  return { code, report, bad };
}
