import assert from "node:assert/strict";
import fc from "fast-check";
import { createProcessLogger, type LoggingWorld } from "../../src/process/logging.ts";
import { FakeClock } from "../fakes/fake_clock.ts";

const SCRIPT = new URL("_log_writer.ts", import.meta.url).pathname;
const RUN = [Deno.execPath(), "run", "--quiet", "--no-check", "-A", SCRIPT].join(" ");

function openLog(): { readonly world: LoggingWorld; readonly lines: string[] } {
  const lines: string[] = [];
  const stderr = { write: (text: string) => void lines.push(text) };
  const clock = new FakeClock(Date.UTC(2026, 0, 31, 12));
  return { world: { clock, stderr, env: () => undefined }, lines };
}

async function runShell(script: string): Promise<string> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", script], stderr: "null" })
    .output();
  return new TextDecoder().decode(stdout);
}

Deno.test("createProcessLogger() writes time and event, control characters made visible", async () => {
  const { world, lines } = openLog();
  const logger = await createProcessLogger({}, world);
  logger.warn("p2p pull failed", { peer: "12D3", error: "no\n\x1b[2Jway", tries: 3 });
  logger.debug("hidden");
  assert.deepEqual(lines, [
    "2026-01-31T12:00:00.000Z warn: p2p pull failed: 12D3: no\u21b5\u241b[2Jway: tries=3\n",
  ]);
});

Deno.test("createProcessLogger() writes JSON lines, fields apart from what is ours", async () => {
  const { world, lines } = openLog();
  const logger = await createProcessLogger({ format: "json", level: "debug" }, world);
  logger.warn("Look", { level: "x", peer: "a\x9b\u202e\n", gone: undefined, none: null });
  assert.equal(lines[0]!.indexOf("\n"), lines[0]!.length - 1);
  assert.ok(lines[0]!.includes("a\\u009b\\u202e\\n"));
  assert.deepEqual(JSON.parse(lines[0]!), {
    "@timestamp": "2026-01-31T12:00:00.000Z",
    level: "WARN",
    message: "Look",
    logger: "rustory",
    properties: { level: "x", peer: "a\x9b\u202e\n", none: null },
  });
});

Deno.test("createProcessLogger() keeps one line per event that reads back, whatever it holds", async () => {
  const { world, lines } = openLog();
  const json = await createProcessLogger({ format: "json" }, world);
  const text = await createProcessLogger({}, world);
  fc.assert(fc.property(fc.string({ unit: "binary" }), (value) => {
    lines.length = 0;
    json.info("Look", { value });
    text.info("Look", { value });
    assert.deepEqual(JSON.parse(lines[0]!).properties, { value });
    // deno-lint-ignore no-control-regex -- exactly these must not come through
    for (const line of lines) assert.match(line, /^[^\x00-\x1f\x7f-\x9f\u202e]*\n$/);
  }));
});

Deno.test("createProcessLogger() survives a stderr that cannot be written to", async () => {
  const { world } = openLog();
  const stderr = {
    write(): void {
      throw new Error("EPIPE");
    },
  };
  const logger = await createProcessLogger({}, { ...world, stderr });
  logger.error("Nobody hears this");
});

Deno.test("createProcessLogger() gives priorities instead of times where stderr is the journal", async () => {
  // The shell learns which stream it is, as systemd would tell.
  const asJournal = (format: string): string =>
    `{ JOURNAL_STREAM=$(perl -e 'printf "%d:%d", stat STDERR') ${RUN} ${format} >/dev/null; } 2>&1 | cat`;
  const text = await runShell(asJournal("text"));
  assert.equal(
    text,
    "<3>error: It broke: bad\u21b5news\n<4>warn: It may break\n<6>It works: a\n<7>It ticks\n",
  );
  const json = await runShell(asJournal("json"));
  assert.match(json, /^<3>\{"@timestamp".*\n<4>\{.*\n<6>\{.*\n<7>\{.*\n$/);
  const handedDown = await runShell(`{ JOURNAL_STREAM=1:2 ${RUN} text >/dev/null; } 2>&1 | cat`);
  assert.match(handedDown, /^\d{4}-\d\d-\d\dT[\d:.]+Z error: It broke/);
});

Deno.test("createProcessLogger() goes on when stderr is closed or its reader is gone", async () => {
  assert.equal(await runShell(`${RUN} text 1000 2>&-`), "done\n");
  assert.equal(await runShell(`{ ${RUN} json 1000 2>&1 >&3 | true; } 3>&1`), "done\n");
});
