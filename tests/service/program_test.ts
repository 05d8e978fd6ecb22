import assert from "node:assert/strict";
import { RR_PERMISSIONS } from "../../scripts/permissions.ts";
import {
  commandLine,
  DAEMON_PERMISSIONS,
  fleetingReason,
  lastingProgram,
  programFrom,
} from "../../src/service/program.ts";

Deno.test("programFrom() tells the three forms of rr apart", () => {
  assert.deepEqual(programFrom(["/usr/local/bin/rr"], "deno"), {
    kind: "compiled",
    path: "/usr/local/bin/rr",
  });
  const deno = ["/bin/deno", "run", "--quiet", "--allow-net", "file:///src/cli.ts"];
  assert.deepEqual(programFrom(deno, "deno"), {
    kind: "deno",
    deno: "/bin/deno",
    module: "file:///src/cli.ts",
  });
  assert.deepEqual(programFrom(["/bin/node", "--no-warnings", "/lib/rr/cli.js"], "node"), {
    kind: "node",
    node: "/bin/node",
    script: "/lib/rr/cli.js",
  });
});

Deno.test("programFrom() refuses a command line without a script", () => {
  assert.throws(() => programFrom(["/bin/node", ""], "node"), /which script/);
  assert.throws(() => programFrom(["/bin/node"], "node"), /which script/);
});

Deno.test("commandLine() gives Deno what it takes to open the terminal of a shell", () => {
  const words = commandLine({ kind: "deno", deno: "/bin/deno", module: "file:///cli.ts" }, ["x"]);
  assert.deepEqual(words.slice(0, 3), ["/bin/deno", "run", "--quiet"]);
  assert.deepEqual(words.slice(-2), ["file:///cli.ts", "x"]);
  assert.ok(words.includes("--no-prompt"));
  assert.ok(words.includes("--unstable-net"), "for datagrams to systemd");
  assert.ok(words.includes("--allow-all"), "Deno opens no terminal of others for less");
});

Deno.test("the compiled program may do what the service may", () => {
  assert.deepEqual(DAEMON_PERMISSIONS.filter((flag) => !flag.startsWith("--unstable")), [
    ...RR_PERMISSIONS,
  ]);
});

Deno.test("fleetingReason() warns of caches and temporary folders, and of nothing else", () => {
  const npx = "/home/ann/.npm/_npx/1a2b/node_modules/@rustory/cli/cli.js";
  assert.match(
    fleetingReason({ kind: "node", node: "/usr/bin/node", script: npx }) ?? "",
    /npm install -g/,
  );
  assert.match(fleetingReason({ kind: "compiled", path: "/tmp/rr" }) ?? "", /temporary/);
  assert.match(
    fleetingReason({ kind: "deno", deno: "/bin/deno", module: "file:///tmp/a/cli.ts" }) ?? "",
    /temporary/,
  );
  assert.equal(fleetingReason({ kind: "compiled", path: "/home/ann/.local/bin/rr" }), undefined);
  assert.equal(
    fleetingReason({
      kind: "deno",
      deno: "/home/ann/.deno/bin/deno",
      module: "https://jsr.io/@rustory/cli/0.1.0/mod.ts",
    }),
    undefined,
  );
});

Deno.test("lastingProgram() follows the links of one shell, and leaves others as they are", () => {
  const node = "/home/kim/.local/share/fnm/node-versions/v24.1.0/installation/bin/node";
  const script = "/run/user/1000/fnm_multishells/12_34/bin/rr";
  const program = { kind: "node", node, script } as const;
  const real = (path: string): string => path.replace(/^.*\/bin/, "/home/kim/real/bin");
  const lasting = lastingProgram(program, real);
  assert.deepEqual(lasting, { kind: "node", node, script: "/home/kim/real/bin/rr" });
  assert.match(fleetingReason(lasting)!, /belongs to one version of the runtime/);
  const compiled = { kind: "compiled", path: "/usr/local/bin/rr" } as const;
  assert.deepEqual(lastingProgram(compiled, real), compiled);
});
