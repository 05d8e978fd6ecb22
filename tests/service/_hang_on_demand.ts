/** Loaded before `rr` by `--preload`: blocks the event loop for ever as soon as the file is there. */
const path = Deno.env.get("HANG_FILE");
const EVERY_MS = 100;

if (path !== undefined && Deno.args.includes("--watch")) {
  const timer = setInterval(() => {
    try {
      Deno.statSync(path);
    } catch {
      return;
    }
    const never = new Int32Array(new SharedArrayBuffer(4));
    for (;;) Atomics.wait(never, 0, 0, 60_000);
  }, EVERY_MS);
  Deno.unrefTimer(timer);
}
