/** What `rr --help` says. */
import { VERSION } from "../../version.ts";
import { COMMANDS, GROUPS } from "../commands.ts";
import type { Width } from "../print/fold.ts";
import { helpColumns, reflowed } from "../print/reflow.ts";

/** The overview of all commands, by group, as wide as the output has room for. */
export function overview(output: Width): string {
  const rows = Object.entries(COMMANDS);
  const width = Math.max(...rows.map(([name]) => name.length));
  const out = [
    `rr ${VERSION}: your shell history on all of your machines, peer to peer`,
    "",
    "Usage: rr [--db-path <file>] <command> [options]",
  ];
  for (const group of GROUPS) {
    if (!rows.some(([, row]) => row.group === group)) continue;
    out.push("", `${group}:`);
    for (const [name, row] of rows) {
      if (row.group === group) out.push(`  ${name.padEnd(width)}  ${row.brief}`);
    }
  }
  out.push(
    "",
    "Begin with `rr setup`, then ctrl-r in a new terminal; `rr pair` brings in another machine.",
    "",
    "`rr <command> --help` explains a command and shows examples.",
    "",
  );
  const columns = helpColumns(output);
  return columns === undefined ? out.join("\n") : reflowed(out.join("\n"), columns);
}
