import assert from "node:assert/strict";

Deno.test("hourReader() tells what the clock on the wall showed, and until when, on days of 23 and 25 hours as well", () => {
  const module = new URL("../../../src/store/index/hour_of.ts", import.meta.url);
  const script = `import { hourReader } from "${module}";
    const hourOf = hourReader();
    const night = (day) => Array.from({ length: 96 }, (_, i) => day + i * 900_000);
    const moved = [Date.UTC(2024, 2, 31), Date.UTC(2024, 9, 27), Date.UTC(2024, 3, 7)].flatMap(night);
    // The last ones share the place at which the zone of a day is kept.
    const far = [0, -1, 86_399_999, 4096 * 86_400_000, 8192 * 86_400_000 - 1, 5, 3e13, -3e13];
    const isWrong = (ms) => {
      const { hour, fromMs, untilMs } = hourOf(ms);
      const isWithin = fromMs <= ms && ms < untilMs;
      return !isWithin || [fromMs, ms, untilMs - 1].some((at) => new Date(at).getHours() !== hour);
    };
    console.log([...moved, ...far, ...moved].filter(isWrong));`;
  for (const TZ of ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "UTC"]) {
    const { stdout } = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", script],
      env: { TZ },
    }).outputSync();
    assert.equal(new TextDecoder().decode(stdout), "[]\n", TZ);
  }
});
