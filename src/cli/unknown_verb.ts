/** The error for a word that is no verb of a command that has verbs. */
import { quoted } from "../base/printable.ts";
import { RrError } from "../base/rr_error.ts";
import { mostSimilar } from "../base/similar.ts";

/** `rr <command> <word>` is none of the verbs; says which was probably meant. */
export function unknownVerb(command: string, word: string, verbs: readonly string[]): RrError {
  const similar = mostSimilar(word, verbs);
  return new RrError("usage", `There is no \`rr ${command} ${quoted(word).slice(1, -1)}\``, {
    hint: similar === undefined
      ? `There are ${verbs.join(", ")}: see \`rr ${command} --help\``
      : `Did you mean \`rr ${command} ${similar}\`?`,
  });
}
