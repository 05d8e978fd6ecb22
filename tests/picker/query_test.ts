import assert from "node:assert/strict";
import { inFolderOf } from "../../src/picker/render/format.ts";
import { PickerHarness } from "./_harness.ts";

const COMMANDS = ["git status", "git push", "make", "ls"];
const NAMES = { hosts: ["vps", "vpn", "lap"], folders: ["/srv"], users: [], devices: [] };

function names(picker: PickerHarness): void {
  picker.send({ kind: "names", names: NAMES, home: undefined });
}

Deno.test("a filter in the query is a filter, and text again when it is none any more", () => {
  const picker = new PickerHarness(COMMANDS);
  picker.press("'git exit:fail'");
  assert.deepEqual(picker.state.filter.runs?.clauses?.[0]?.anyOf, [{ exit: "failure" }]);
  assert.deepEqual(picker.found(), ["git status", "git push"]);
  picker.press("backspace");
  assert.deepEqual(picker.state.filter.runs, {});
  assert.deepEqual(picker.found(), []);
});

Deno.test("typing text leaves the filters as they are: nothing is loaded anew", () => {
  const picker = new PickerHarness(COMMANDS, { query: "exit:ok " });
  const { filter } = picker.state;
  picker.press("'gi'");
  assert.equal(picker.state.filter, filter);
});

Deno.test("tab puts a backslash before blanks, and goes on from one that has it", () => {
  const folders = ["/srv/my own src", "/srv/my other"];
  const picker = new PickerHarness(COMMANDS);
  const complete = (): string => {
    picker.send({ kind: "names", names: { ...NAMES, folders }, home: undefined });
    return picker.state.query;
  };
  picker.press("'in:/srv/my'", "tab");
  assert.equal(complete(), "in:/srv/my\\ o");
  picker.press("'w'", "tab");
  assert.equal(complete(), "in:/srv/my\\ own\\ src ");
  assert.deepEqual(picker.state.filter.runs?.clauses?.[0]?.anyOf[0]?.cwd, "/srv/my own src");
});

Deno.test("tab completes a filter, and takes the command where none is begun", () => {
  const picker = new PickerHarness(COMMANDS);
  picker.press("'make host:v'");
  assert.deepEqual(picker.press("tab"), [{ kind: "complete" }]);
  names(picker);
  assert.equal(picker.state.query, "make host:vp");
  assert.equal(picker.state.notice, "vps  vpn");
  picker.press("'s'", "tab");
  names(picker);
  assert.equal(picker.state.query, "make host:vps ");
  assert.equal(picker.press("tab")[0]?.kind, "choose");
  const other = new PickerHarness(["curl http://x"]);
  assert.equal(other.press("'http:'", "tab").at(-1)?.kind, "choose");
});

Deno.test("alt-w asks which host", () => {
  const picker = new PickerHarness(COMMANDS, { query: "git" });
  assert.deepEqual(picker.press("alt-w"), [{ kind: "complete" }]);
  names(picker);
  assert.equal(picker.state.query, "git host:");
  assert.equal(picker.state.notice, "vps  vpn  lap");
});

Deno.test("alt and a digit take that row, if there is one", () => {
  const picker = new PickerHarness(COMMANDS);
  assert.deepEqual(picker.press("alt-2"), [{ kind: "choose", line: 1, action: "edit" }]);
  assert.deepEqual(picker.press("alt-9"), []);
});

Deno.test("keys for failed runs, the order, the folder and the clipboard", () => {
  const picker = new PickerHarness(COMMANDS);
  picker.press("alt-o", "alt-e");
  assert.deepEqual([picker.state.filter.okOnly, picker.state.filter.failedOnly], [false, true]);
  assert.deepEqual(picker.press("alt-r").at(-1), { kind: "keep-order", newestFirst: true });
  assert.deepEqual(picker.press("f9").at(-1), { kind: "keep-order", newestFirst: false });
  assert.deepEqual(picker.press("ctrl-y"), [{ kind: "copy", line: 0 }]);
  assert.equal(picker.state.notice, undefined); // nothing is said before it is done
  picker.send({ kind: "copied", to: "tmux" });
  assert.match(picker.state.notice ?? "", /tmux/);
  assert.deepEqual(picker.press("alt-i"), [
    { kind: "choose", line: 0, action: "edit", inFolder: true },
  ]);
});

Deno.test("going through the scopes passes over those that hold nothing", () => {
  const picker = new PickerHarness(COMMANDS);
  picker.hold();
  picker.press("ctrl-x");
  const { generation } = picker.state;
  const empty = { generation, lines: [], count: 0, total: 0, complete: true };
  picker.send({ kind: "results", results: empty });
  assert.equal(picker.state.filter.scope, "directory");
  picker.press("f6");
  picker.send({
    kind: "results",
    results: { ...empty, generation: picker.state.generation },
  });
  assert.equal(picker.state.filter.scope, "session");
});

Deno.test("inFolderOf() quotes a folder for the shell", () => {
  assert.equal(inFolderOf("/srv/app", "make"), "cd /srv/app && make");
  assert.equal(inFolderOf("/a b/it's", "ls"), "cd '/a b/it'\\''s' && ls");
});
