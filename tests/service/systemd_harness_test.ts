/** The harness itself, with a service that is nothing but a shell script. */
import assert from "node:assert/strict";
import { renderSystemdUnit } from "../../src/service/systemd_unit.ts";
import { startSystemd, whyNoSystemd } from "./systemd_harness.ts";
import { testOrSkip } from "./_tools.ts";

const missing = await whyNoSystemd();

// Says what it was given, reports itself ready, and stays. All lines are the shell's own: the journal
// does not know the unit of a process that is gone when it looks.
const TOY = `#!/bin/sh
printf '<4>args:%s\\n' "$*"
echo "id:$RUSTORY_USER_ID"
echo "$(grep CapEff /proc/self/status)"
systemd-notify --ready --status='2 peers'
trap 'echo stopping; exit 0' TERM
while :; do sleep 0.1; done
`;

testOrSkip("a real systemd --user runs a unit with odd names as meant", missing, async () => {
  await using systemd = await startSystemd("user");
  const path = `${systemd.home}/a b;/100%/$HOME/rr`;
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(path, TOY, { mode: 0o755 });
  const units = `${systemd.home}/.config/systemd/user`;
  await Deno.mkdir(units, { recursive: true });
  const unit = renderSystemdUnit({
    program: { kind: "compiled", path },
    args: ["%h", "$HOME", "${HOME}", "", "a  'b' \"c\" \\d", ";"],
    environment: { RUSTORY_USER_ID: 'an "n" %h $HOME \\x' },
  }).replace("NotifyAccess=main", "NotifyAccess=all");
  await Deno.writeTextFile(`${units}/rustory.service`, unit);

  await systemd.systemctl("daemon-reload");
  await systemd.systemctl("start", "rustory.service");
  assert.equal(await systemd.property("rustory.service", "ActiveState"), "active");
  assert.equal(await systemd.property("rustory.service", "StatusText"), "2 peers");
  const journal = await systemd.journal("rustory.service");
  assert.match(journal, /^4 args:%h \$HOME \$\{HOME\} {2}a {2}'b' "c" \\d ;$/m, journal);
  assert.match(journal, /^6 id:an "n" %h \$HOME \\x$/m, journal);
  assert.match(journal, /CapEff:\s+0000000000000000/, "it runs without any privilege");

  const pid = await systemd.property("rustory.service", "MainPID");
  await systemd.run(["kill", "-9", pid]);
  await systemd.until("rustory.service", "SubState", (state) => state === "auto-restart");

  await systemd.systemctl("stop", "rustory.service");
  assert.equal(await systemd.property("rustory.service", "ActiveState"), "inactive");
});
