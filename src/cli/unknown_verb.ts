/** The error for a word that is no verb of a command that has verbs. */
import { quoted } from "../base/printable.ts";
import { RrError } from "../base/rr_error.ts";
import { mostSimilar } from "../base/similar.ts";

/** What people say for a verb elsewhere: the first that the command has is meant. */
const OTHER_VERBS: Readonly<Record<string, readonly string[]>> = {
  remove: ["forget", "unset", "uninstall"],
  delete: ["forget", "unset", "uninstall"],
  rm: ["forget", "unset", "uninstall"],
  reset: ["unset"],
  show: ["list", "get", "status"],
  ls: ["list"],
  name: ["rename"],
  edit: ["path"],
  file: ["path"],
  add: ["set", "install", "pair"],
  setup: ["install"],
  create: ["install"],
  enable: ["install"],
  disable: ["uninstall"],
  start: ["run"],
  serve: ["run"],
  reload: ["restart"],
  join: ["pair"],
  info: ["status", "list"],
};

/** `rr <command> <word>` is none of the verbs; says which was probably meant. */
export function unknownVerb(command: string, word: string, verbs: readonly string[]): RrError {
  const other = Object.hasOwn(OTHER_VERBS, word) ? OTHER_VERBS[word]! : [];
  const similar = other.find((verb) => verbs.includes(verb)) ?? mostSimilar(word, verbs);
  return new RrError("usage", `There is no \`rr ${command} ${quoted(word).slice(1, -1)}\``, {
    hint: similar === undefined
      ? `There are ${verbs.join(", ")}: see \`rr ${command} --help\``
      : `Did you mean \`rr ${command} ${similar}\`?`,
  });
}
