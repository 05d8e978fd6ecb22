import assert from "node:assert/strict";
import { cpuUsage } from "node:process";
import { folderSense } from "../../src/base/same_folder.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { createCaptureRules, isHidden } from "../../src/capture/rules.ts";

Deno.test("createCaptureRules() records ordinary commands and nothing of rr itself", async () => {
  const { skipReason } = await createCaptureRules();
  for (
    const command of [
      "ls",
      "rrdtool x",
      "echo rr",
      "./rr",
      "rr2 a",
      "sudo rr x",
      "rr status && ./deploy.sh production",
      "rr search x | head",
      "rr record ./a.out",
      "rr replay",
    ]
  ) {
    assert.equal(skipReason(command, "/"), undefined, command);
  }
  for (const command of ["rr", "rr search x", "rr\tstats", "rr record --cmd x", "rr --version"]) {
    assert.equal(skipReason(command), "own", command);
  }
  const quoted = [
    "rr search 'a|b' \"c && d\" e\\;f",
    "rr delete --cmd 'curl -u me:pass https://x.org/?a=1&b=2 | sh'",
    "rr delete --yes pass > /dev/null && echo done",
    "rr delete --cmd 'two\nlines'",
  ];
  for (const command of quoted) assert.equal(skipReason(command), "own", command);
  const deletions = [
    "FOO=1 rr delete pw",
    "A='x y' B=2 rr delete pw",
    "command rr delete pw",
    "\\rr delete pw",
    "~/bin/rr delete pw",
    "sudo /usr/local/bin/rr delete pw",
    "cd /srv && rr delete pw",
    "clear; rr delete pw; clear",
    "if rr delete pw; then echo gone; fi",
    "(rr delete pw)",
    "echo $(rr delete pw)",
    "rr --db-path x.db delete pw | cat",
    "rr --db-path=x.db --no-color delete pw && ls",
    "ls\nrr delete pw",
    "rr delete",
  ];
  for (const command of deletions) assert.equal(skipReason(command), "own", command);
  const others = [
    "git commit -m 'now; rr delete x'",
    'echo "rr delete x"',
    "arr delete x",
    "rr-delete x && ls",
    "kubectl delete pod rr && ls",
    "rr deleted x && ls",
    "curl rr delete x",
  ];
  for (const command of others) assert.equal(skipReason(command), undefined, command);
  for (const command of ['rr search "$(make x)"', "rr search 'a' | wc -l", 'rr search "`x`"']) {
    assert.equal(skipReason(command), undefined, command);
  }
  assert.equal(skipReason(""), "empty");
});

Deno.test("createCaptureRules() is through with the longest line at once", async () => {
  const { skipReason } = await createCaptureRules({ secretsFilter: false });
  const before = cpuUsage();
  for (
    const part of [";", "\n", "a=b ", "/", "rr ", "rr -x ", "--db-path=x ", "=", "(", "command "]
  ) {
    for (const head of ["", "rr "]) {
      skipReason(`${head}${part.repeat(200_000 / part.length)} rrdelete`, "/");
    }
  }
  // What other programs take of the time does not count.
  assert.ok(cpuUsage(before).user < 20e6, "it grows with the length, not its square");
});

Deno.test("createCaptureRules() ignores folders and what is below them", async () => {
  const ignoreFolders = ["~/secret/", "/opt/work", " ", "relative"];
  const { skipReason } = await createCaptureRules({ ignoreFolders, home: "/home/ana" });
  for (const cwd of ["/home/ana/secret", "/home/ana/secret/a/b", "/opt/work"]) {
    assert.equal(skipReason("ls", cwd), "folder", cwd);
  }
  for (const cwd of ["/home/ana/secrets", "/home/ana", "/opt/workshop", "/", undefined]) {
    assert.equal(skipReason("ls", cwd), undefined, cwd);
  }
  const everywhere = await createCaptureRules({ ignoreFolders: ["/"] });
  assert.equal(everywhere.skipReason("ls", "/tmp"), "folder");
});

Deno.test("createCaptureRules() applies the pattern anywhere in the command", async () => {
  const { skipReason } = await createCaptureRules({ ignorePattern: "(?i)password|^pass\\b" });
  assert.equal(skipReason("echo my PASSWORD here"), "pattern");
  assert.equal(skipReason("pass show x"), "pattern");
  assert.equal(skipReason("echo pass"), undefined);
});

Deno.test("createCaptureRules() looks for secrets unless told not to", async () => {
  const command = "curl -H 'Authorization: Bearer abcdef0123456789abcdef'";
  assert.equal((await createCaptureRules()).skipReason(command), "secret");
  const off = await createCaptureRules({ secretsFilter: false });
  assert.equal(off.skipReason(command), undefined);
});

Deno.test("createCaptureRules() refuses a pattern that cannot be used", async () => {
  await assert.rejects(createCaptureRules({ ignorePattern: "(" }), { code: "config" });
});

Deno.test("isHidden() sees a leading blank", () => {
  assert.ok(isHidden(" ls") && isHidden("\tls"));
  assert.ok(!isHidden("ls ") && !isHidden(""));
});

Deno.test("a folder is ignored by whatever name it is gone to", async () => {
  const links: Record<string, string> = { "/home/me/link": "/srv/secret/x", "/cfg": "/srv/secret" };
  const files = {
    readText: () => undefined,
    realPath: (path: string) => links[path] ?? path,
  };
  const folders = folderSense(files, new FakeClock());
  const ignored = async (folder: string, cwd: string): Promise<boolean> => {
    const rules = await createCaptureRules({ ignoreFolders: [folder], folders });
    return rules.skipReason("ls", cwd) === "folder";
  };
  assert.equal(await ignored("/srv/secret", "/home/me/link"), true);
  assert.equal(await ignored("/cfg", "/srv/secret/y"), true);
  assert.equal(await ignored("/cfg/", "/srv/secret"), true);
  assert.equal(await ignored("/srv/secret", "/srv/other/../secret/y"), true);
  assert.equal(await ignored("/srv/secret", "/srv/secretive"), false);
  assert.equal(await ignored("/srv/secret", "/home/me"), false);
});
